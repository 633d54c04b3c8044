"""A department's own system: takes checks by check id, each once, answers at once or later from what it knows of firms.

It owns its own book. It answers whom it shares a secret with, and signs what it answers.
"""
