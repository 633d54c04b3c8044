"""Policy documents that were issued, with who answers for them and whether they are in force.

Owns: documents as they were registered, corrected and repealed.
Refuses to own: the items that rest on them (`policies`).
"""
