"""The totals of the books (资金总账)."""
