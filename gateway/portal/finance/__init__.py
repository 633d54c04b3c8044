"""For the finance bureau: what it has appropriated, what waits for money, and the books."""
