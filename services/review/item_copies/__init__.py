"""Copies of the catalogue's items: the rules of every published version, kept for ever.

Owns: what a publication adds, and the version that a case is pinned to.
Refuses to own: whether an item is on offer now: that was for intake to see when the claim was filed.
"""
