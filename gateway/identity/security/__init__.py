"""Owns the security events: what has happened at the door, only ever added to, listed and exported for auditors.

Refuses to own what is decided about an act: whoever decides says what came of it. The order of the identity's rooms:
sign_in uses accounts, issuers, certificates, notices and sessions; all of them use security, which uses none.
"""
