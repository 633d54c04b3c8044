"""Quotas: how many places and how much of a pot the claims of an item have taken, and what is left for the next.

Owns: places taken and given back, and who of those who filed comes before whom.
Refuses to own: whether a claim deserves anything (cases), and who is served where all are seen together (batches).
"""
