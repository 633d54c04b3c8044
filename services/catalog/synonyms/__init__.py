"""Words that mean the same in search, as places add them (同义词).

Owns: each place's list with all its versions, and which lists count in a place's searches.
Refuses to own: the list that holds everywhere and what a query asks for by all of them (`search_index`).
"""
