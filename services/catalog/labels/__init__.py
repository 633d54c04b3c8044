"""Labels of enterprises (标签), with scores: computed when they are asked for, never kept.

Owns: what a label is, and what it says of given facts on a given day.
Refuses to own: the facts (`enterprises`), and which bank may see a label (`consents`).
"""
