"""Materials and licences in the dossier of an enterprise, each with its validity.

Owns: what a material is, which one replaced it, when it runs out.
Refuses to own: the uploaded file itself, which lies in the object store under its hash.
"""
