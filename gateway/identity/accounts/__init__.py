"""Owns accounts: login, password, second factor, recovery codes, and the invitations by which people come to them.

Refuses to own who a person is and what they may do (people), and that somebody is signed in (sessions).
"""
