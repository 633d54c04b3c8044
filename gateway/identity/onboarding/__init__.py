"""A place on board in one go, with its departments, and what it still lacks.

Owns: that all of it is checked at once and is there together, and what a place needs before the main job can be done.
Refuses to own: tenants, departments, people and calendars themselves (tenants, departments, people, calendars).
"""
