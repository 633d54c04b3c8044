"""Tasks: what somebody has to do in a case, as rows of the tenant that acts.

Owns: to whom a task was given, until when, and whether it is open; what an acting tenant may see of another's case.
Refuses to own: what a case asks for next (cases), and what an answer means (the room of its step).
"""
