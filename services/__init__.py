"""The six services. None imports another; each owns one database."""
