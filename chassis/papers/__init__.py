"""Official papers: what a notice says, set as PDF/A, and the port to whoever puts the electronic seal on it.

Owns: the shape of a paper (`paper.py`), its setting (`rendering.py`, `layout.typ`, `letters.py`), the seal (`seal.py`), and
cards of one page for everybody (`card.py`, `card.typ`).
Refuses to own: what any notice says, and where the file is kept.
"""
