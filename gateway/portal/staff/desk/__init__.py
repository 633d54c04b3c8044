"""Where each duty begins its day, and the search box of those who work here."""
