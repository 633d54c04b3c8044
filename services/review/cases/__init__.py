"""Cases: one claim under review, from acceptance to approval or refusal.

Owns: the case with its tasks, deadline, site inspection, decision and the shares to be paid; how applications and lists become
cases, and when a claim in another's place is taken. It recomputes every amount itself.
Refuses to own: what an enterprise was granted before (register), and the text of the rules (item_copies).
"""
