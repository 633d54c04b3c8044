"""What keeps the code in order: the tests."""
