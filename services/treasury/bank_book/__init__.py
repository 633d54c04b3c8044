"""The bank's book beside restored ones: whether it was gone through, and what it holds that no disbursement accounts for.

Owns: the comparison after a restore, what it found, and for which payment a person was asked about it.
Refuses to own: asking the bank (rails), and what becomes of a disbursement (disbursements).
"""
