"""For whoever holds a receipt: the page that shows where a case is."""
