"""A department's own items in every state, and what becomes of them."""
