"""Departments, duties, windows, and what a plan's words mean here.

Owns: the registers, their dated names, the mapping of a plan's words.
Refuses to own: who holds a duty (people), what a duty permits (`gateway.permissions`).
"""
