"""Payments to authorise (支付复核): one with all that it rests on, or several after they have been looked at together."""
