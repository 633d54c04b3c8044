"""For whoever comes in: the pages of signing in, step by step, and of proving oneself once more."""
