"""Budget lines (预算指标), what waits for them, and the totals of the ledger."""
