"""Owns the ports to certificates that people hold: 电子营业执照 and UKey. A challenge is signed, and says who signed it.

Refuses to own who that is here: the subject is linked to a person as any identity provider's is (issuers).
"""
