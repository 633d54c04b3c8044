"""review: whether it is granted.

Owns cases with their tasks and clocks, site inspections, approval and refusal, and the award register, in
which a firm is granted an item once per period. Keeps item versions and takes facts, payee and amounts asked
for from what was filed; it recomputes every amount itself.

Refuses to own: what is on offer (catalog), who asks (intake), money and its clock (treasury).
"""
