"""Payee accounts: the newest confirmed account of each enterprise, and the linked attempt that follows a correction.

Owns: the copy of the accounts that catalog tells, and when what failed or came back is tried again.
Refuses to own: whose account is right (catalog).
"""
