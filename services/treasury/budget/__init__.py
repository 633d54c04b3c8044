"""Budget: what finance appropriated, what is promised, paid and returned, line by line, in double entry.

Owns: budget lines under lock, the ledger's entries, and that the two change together.
Refuses to own: for what a line is drawn on, which it knows as an amount and an id (disbursements).
"""
