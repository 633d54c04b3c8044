"""Whom to reach in an enterprise: changed by the enterprise itself, and what follows from that.

Owns: every change of a contact with its reason, and how long accounts wait after one.
Refuses to own: the contact as it is now, which stands in the dossier (`enterprises`), and who is told (notify).
"""
