"""The duties of one person."""
