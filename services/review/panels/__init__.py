"""Panels: who is an expert, who is drawn for a case, what each scores, and what the panel comes to.

Owns: the register of experts, every draw with its seed, every score sheet, minutes and conclusion.
Refuses to own: what a conclusion means for the case (cases), and how a figure is checked and kept (figures).
"""
