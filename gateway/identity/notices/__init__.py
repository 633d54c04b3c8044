"""Owns the personal-data notice: its text, its versions, and who has accepted which version when.

Refuses to own what is done with personal data: the text says it, the rooms that hold it do it.
"""
