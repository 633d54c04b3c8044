"""Who asks for what.

Owns: applications and no-application lists, with their receipts. Keeps copies, taken from events, of published
items, of the outside figures that they rest on, and of the firms of each tenant with their facts and confirmed
accounts.
Refuses to own: the case that follows (review), whose state it neither knows nor shows.
"""
