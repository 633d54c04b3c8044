"""Public notice (公示): what is up on the public page of a place, and the objections to it.

Owns: the notices with their days, the objections, and how both are answered.
Refuses to own: what a case asks for next and what its clock says (cases), and who is told (notify).
"""
