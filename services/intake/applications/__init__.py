"""Applications: what one enterprise claims under one item, once per period.

Owns: the declaration on the form, the conditions of acceptance (申报条件), the filed claim with its receipt and query
code, the claim in another's place, and the reads of what was filed.
Refuses to own: lists (nominations), the copies that it checks against (catalog_copies), and the case (review).
"""
