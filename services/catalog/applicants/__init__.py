"""What an enterprise is shown of itself before it applies: its dossier in words, and the form of an item.

Owns: nothing that is kept; it puts together what other rooms hold.
Refuses to own: the claim itself (intake), which checks all of it again.
"""
