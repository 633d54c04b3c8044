"""An identity provider (OpenID Connect) for tests and trials: who signs in is chosen on its page, not proved.

It owns its own book of people, clients, keys and codes, and can be told to misbehave: down, slow, or saying what is not so.
"""
