"""Tenants: cities, counties and zones, with their settings, and every version of both.

Owns: who may be whose parent, division codes and since when they hold, settings and why they were changed.
Refuses to own: the calendar (calendars), people and credentials, and what a service makes of a setting.
"""
