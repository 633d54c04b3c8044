"""Payment in parts: after the first approval the later instalments are looked at, each in a case of its own.

Owns: how the instalments of a claim have ended, which is next and from when, and the recheck.
Refuses to own: what an instalment comes to (the rule), and its approval (cases).
"""
