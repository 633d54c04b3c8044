"""Nominations: a department's lists of the enterprises that are entitled to a no-application item (免申即享).

Owns: the list as a whole, all of whose lines hold or none is taken.
Refuses to own: what one line claims, which is an application like any other (applications).
"""
