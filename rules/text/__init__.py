"""The rule language said in Chinese: for the officer who writes an item, and for the enterprise that reads why."""
