"""What the catalogue derives from its own rows, made anew whenever its migrations have changed something."""

from __future__ import annotations

from services.catalog.search_index.rebuild import rebuild

__all__ = ["rebuild"]
