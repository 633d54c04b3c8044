"""What review knows of who is who: departments, duties, people and who holds what, as the gateway tells them.

Owns: the copies that authority is checked by.
Refuses to own: the registers, which are the gateway's, and whose step a case is at (cases).
"""
