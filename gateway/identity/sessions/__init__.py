"""Owns sessions: that somebody is signed in, as whom, since when, how freshly proved, and for whom they act just now.

Refuses to own how they proved who they are (accounts, issuers) and what they may act as (people, by its port).
"""
