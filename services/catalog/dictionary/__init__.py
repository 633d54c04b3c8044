"""The fact dictionary: one name for one fact, with what it means, its former names and what people else say for it.

Owns: `facts.json` (the names that samples and a new item use) and `synonyms.json`.
Refuses to own: what items declare (`policies`) and what is recorded of enterprises (`enterprises`): both stay as they are when
a name of the dictionary changes.
"""
