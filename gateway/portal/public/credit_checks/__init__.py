"""For everybody: what was found where claims that were granted on credit were checked."""
