"""Nominations: a department's lists of the enterprises that are entitled to a no-application item (免申即享).

Owns: the list as a whole. One that a program says is taken whole or not at all; one that comes as a table is taken line by line,
the lines of each county's enterprises in that county's unit of work.
Refuses to own: what one line claims, which is an application like any other (applications).
"""
