"""Account copies: what catalog told of confirmed accounts, of enterprises and of other holders, and which one counts.

Owns: the copies, and the newest confirmed account of an enterprise and of those that it was merged into.
Refuses to own: whose account is right (catalog), and which case waits for one (payees).
"""
