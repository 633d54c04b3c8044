"""`./zhida demo`: the main job in front of you, every step over HTTP, each person a loop over their own
worklist."""

from __future__ import annotations

from console.demo.program import main

__all__ = ["main"]
