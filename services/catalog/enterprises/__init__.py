"""To whom: enterprises, one dossier each (一企一档), with their sourced facts.

Owns: the dossiers, every record of a fact, and what counts of them now.
Refuses to own: what is kept beside the dossier (`materials`, `consents`, `payee_accounts`), and which two dossiers are one
(`merges`).
"""
