"""Whole case files, opened by discipline and audit under a document number.

Owns: for how long a file stays open to whom, and that it was opened.
Refuses to own: what stands in the file (review).
"""
