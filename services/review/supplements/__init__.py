"""Supplements (补正): what an enterprise is asked to mend in its claim, and what it answers.

Owns: the points of each round, until when they are to be answered, the answers, and what silence means.
Refuses to own: what the case does afterwards (cases), and what was found of a material (materials).
"""
