"""Inspections on the spot: what officers found, with what shows it, and that each of them says so.

Owns: every inspection as it was recorded and what the officers who were named say of it; none is ever changed or deleted.
Refuses to own: which one a case goes by, and what follows from it (cases); the photographs themselves (the object store).
"""
