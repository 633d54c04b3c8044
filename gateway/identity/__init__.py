"""Owns tenants with their settings, calendars, and the credentials of people and machines.

Refuses to own anything about policies, enterprises, cases or money. Says `TenantOnboarded`, `TenantChanged` and
`CalendarPublished`, which every service hears.
"""
