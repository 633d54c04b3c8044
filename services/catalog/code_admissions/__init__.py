"""Credit codes that fail their own check and are real: asked for by one person with a paper, admitted by another.

Owns: what was asked for and what became of it.
Refuses to own: which codes pass, which `enterprises` knows (GB 32100, and those admitted here).
"""
