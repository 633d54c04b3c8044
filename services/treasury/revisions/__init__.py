"""Revisions: which approval counts of each place, and what has to come back because a newer one grants less.

Owns: the newest approval or refusal that was heard of what is paid once, and recoveries.
Refuses to own: the payments themselves (disbursements), and how money is brought back.
"""
