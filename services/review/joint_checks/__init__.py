"""Joint checks (联合审核): what departments answer when a case asks them, each for itself.

Owns: every answer as it was given, in the tenant that gave it; that a task which is nobody's duty there goes to another.
Refuses to own: who is asked (cases, by the plan's words), departments' own systems, and what the case comes to.
"""
