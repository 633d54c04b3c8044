"""Who may see what of an enterprise, and who has.

Owns: consents that enterprises give to banks, and a line for every look, the refused ones too.
Refuses to own: labels (`labels`) and the dossier (`enterprises`), which a look shows.
"""
