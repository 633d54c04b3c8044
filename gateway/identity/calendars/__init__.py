"""Calendars: which days of a year are worked, for the nation and where a tenant does otherwise.

Owns: what was published, on the ground of which document and why, version by version. Refuses to own: what follows from
it for a deadline, which is for the services that set deadlines.
"""
