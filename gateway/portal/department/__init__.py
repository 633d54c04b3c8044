"""For policy departments: the cases that they decide, and the items that they write."""
