"""How long the frame keeps what it writes: months, the event log, the archive of audit facts, and who looks after them."""
