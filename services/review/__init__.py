"""review: whether it is granted.

Rooms: cases, the facts that move under them (fact_changes), later instalments, the award register, and the item_copies that
cases are judged by.
Refuses to own: what is on offer (catalog), who asks (intake), money and its clock (treasury).
"""
