"""What duties are asked to do: the inbox of authorities' people.

Owns: one message per duty, kind and hour, with what came together in it; how much of it each person has seen.
Refuses to own: who holds a duty (the gateway's register, of which it has a copy), and whether it has been done (review,
treasury, catalog).
"""
