"""Disbursements: every attempt to pay one payer's share of one approval, until it may be sent.

Owns: the states of an attempt, the queue of those who wait for budget, the second person's release, the payout clock.
Refuses to own: a line's figures (budget), and what the bank is told and says (rails).
"""
