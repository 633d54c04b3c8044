"""People, the duties they hold, who stands in for them, and who acts for an enterprise.

Owns: one person per human being, appointments, stand-ins, mandates, the separation of the three administrators.
Refuses to own: how a person signs in (sessions, accounts), what a duty permits (`gateway.permissions`).
"""
