"""Findings about claims (失信线索): what is held against firms, how they are heard and decided, and records for the credit platform."""
