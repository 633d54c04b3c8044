"""Matching as set algebra: facts in columns, conditions as bitmaps, items as a few ANDs. No I/O.

Everything is bit-exact with `rules.eligibility`, which stays the judge: what is not vectorised here asks it.
"""
