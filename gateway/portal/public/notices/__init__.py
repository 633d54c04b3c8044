"""For everybody: what is on public notice in a place, and objecting to it."""
