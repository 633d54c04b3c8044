"""The department's work: cases by the time that they have left, and one of them with all that it is decided by."""
