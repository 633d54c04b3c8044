"""Many enterprises at once: from a table or from the data exchange.

Owns: how a source is read, line by line, and taken in chunks.
Refuses to own: the dossiers (`enterprises`), which are registered and added to like any other.
"""
