"""Drafts: what an enterprise has begun to fill in for an item, kept field by field until it is filed or thrown away.

Owns: the fields as they were typed, who saw what of them, and for how long they are kept.
Refuses to own: whether anything in them is right (applications), and the form itself (the catalogue).
"""
