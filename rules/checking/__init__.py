"""What is wrong with an item before it is published, all of it at once."""
