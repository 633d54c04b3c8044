"""Integrity: what is held against a firm about a claim, how it is heard and decided, the record that comes of it, and what money
has to come back.

Refuses to own: the checks that find something (credit_checks), the case itself (cases), and the money on its way back (treasury).
"""
