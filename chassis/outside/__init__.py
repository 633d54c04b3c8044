"""Calls to servers that are not ours: one client, one policy (whole-call deadlines, limits, pinned addresses)."""
