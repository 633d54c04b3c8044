"""Official papers: what a notice says, set as PDF/A, and the port to whoever puts the electronic seal on it.

Owns: the shape of a paper (`paper.py`), its setting (`rendering.py`, `layout.typ`, `letters.py`) and the seal (`seal.py`).
Refuses to own: what any notice says, and where the file is kept.
"""
