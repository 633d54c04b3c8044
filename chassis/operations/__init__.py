"""Long work: begun by a command, done in chunks, with a result for every line."""
