"""Many cases approved or refused at once, line by line, and taken back as a whole."""
