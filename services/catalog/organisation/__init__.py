"""What the catalogue knows of who is who: departments as they are registered, and what plans' words mean.

Owns: the copies that publication resolves names by.
Refuses to own: the registers, which are the gateway's, and any decision about an item (policies, drafts).
"""
