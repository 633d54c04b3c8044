"""To whom: enterprises, one file each (一企一档), with their sourced facts.

Owns: the files, every record of a fact, and what counts of them now.
Refuses to own: what is kept beside the file (`materials`, `consents`, `payee_accounts`), and which two files are one
(`merges`).
"""
