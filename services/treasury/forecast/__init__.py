"""Forecast: what may have to be paid of cases that are not decided yet, and of later instalments.

Owns: the copy of what review expects, until it is approved or ends. Reserves nothing.
Refuses to own: how much a case is worth (review), and budget lines (budget).
"""
