"""Rails: the ways on which money leaves and comes back; today one bank over HTTP.

Owns: the bank's port and client, sending and asking outside any transaction, what its answers do, the reading of returns.
Refuses to own: whether something may be sent (disbursements), and the next attempt after a failure (payee_accounts).
"""
