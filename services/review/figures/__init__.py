"""Figures that persons set where the document says "up to" or leaves it to a decision.

Owns: every figure that was set for a case, by whom and why; none is ever changed or deleted.
Refuses to own: what a case is worth by them (cases, rules); how a panel comes to one (panels).
"""
