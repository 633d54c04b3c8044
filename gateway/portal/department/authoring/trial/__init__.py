"""A draft's rules tried on an enterprise or on facts that somebody made up; whom they reach and what they cost."""
