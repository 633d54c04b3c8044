"""For supervision, discipline and audit: cases and money, overdue first. Nothing here changes anything."""
