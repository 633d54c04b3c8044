"""What became of the lines of long work, to be taken home."""
