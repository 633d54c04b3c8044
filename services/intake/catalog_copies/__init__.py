"""Copies of the catalogue's facts: items, the outside figures that they rest on, enterprises with facts and accounts.

Owns: what each event adds to the copies, and how a claim reads them. Each is as new as the last event that arrived.
Refuses to own: any decision about a claim (applications, nominations), and any fact: it is corrected in the catalogue.
"""
