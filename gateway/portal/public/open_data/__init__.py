"""Everything on offer as data: how to take it, under which terms."""
