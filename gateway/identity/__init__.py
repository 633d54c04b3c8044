"""Owns tenants with their settings, and the credentials of people and machines.

Refuses to own anything about policies, enterprises, cases or money. Says `TenantOnboarded` and
`TenantChanged`, which every service hears.
"""
