"""Bearer tokens: of machines, and of people who call the gateway by program.

Owns: issuing, rotating, ending and revoking tokens. Only digests of tokens are kept.
Refuses to own: what a person holds (people), sign-in with a browser (sessions).
"""
