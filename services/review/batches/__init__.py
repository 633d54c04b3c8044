"""Batches: the claims of an item seen together, ranked or sharing a pot; drawn up by one person and fixed by another.

Owns: what a batch allots to whom, and that nothing of it has changed when it is fixed.
Refuses to own: what the rule says of a claim (cases), and what is gone of a quota (quotas).
"""
