"""Two dossiers of one enterprise become one: proposed by one person, confirmed by another.

Owns: the proposal and its decision.
Refuses to own: the facts and materials that move, which stay with `enterprises` and `materials`.
"""
