"""What is on offer: found by words and filters, and one policy as a person reads it."""
