"""Account copies: what catalog told of payee accounts and of enterprises that were merged, and which account counts.

Owns: the copies, and the newest confirmed account of an enterprise and of those that it was merged into.
Refuses to own: whose account is right (catalog), and what becomes of a payment whose account was replaced (payee_accounts).
"""
