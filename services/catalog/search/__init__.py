"""Finding what is on offer: full text, filters with counts, names with a slip in them; guides and open data.

Owns: questions and their answers, and the copy of the index in memory that answers them.
Refuses to own: the index (`search_index`), and who is entitled to what (`matching`, which is asked).
"""
