"""Owns the register of identity providers, what is agreed with each, and which of their subjects is which person.

Refuses to own sessions and accounts, and never knows anybody by a name or an e-mail address. The OpenID Connect client
is here too: discovery, keys, exchange of codes, and the checks of an ID token.
"""
