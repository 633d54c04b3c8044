"""Who is told.

Owns: how an enterprise is reached (its mobile number, sealed), the messages made for it, and what became of each.
Refuses to own: what a message is about (review, treasury), and who may see where a case is (oversight). It
tells what has been decided elsewhere, and decides nothing.
"""
