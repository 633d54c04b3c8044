"""Clocks, working days, budgets of time, and work that comes due."""
