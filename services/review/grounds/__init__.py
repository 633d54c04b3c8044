"""Why a claim can be refused: every ground that its case shows, and the refusal that is made of those that were chosen.

Owns: what of an assessment, of failed steps, materials, quotas and the register is a ground, what its clause is, and what would change it.
Refuses to own: that somebody decides, and when it is said (cases); the paper (notices).
"""
