"""Payee accounts: what is paid to another account once the enterprise has one, and the linked attempt after a correction.

Owns: when what is not sent follows another account, and when what failed or came back is tried again.
Refuses to own: whose account is right (catalog), and the copies of what catalog says (account_copies).
"""
