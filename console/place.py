"""Where this checkout is, and where one local installation keeps everything that it writes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def home_of(environ: Mapping[str, str] = os.environ) -> Path:
    """ZHIDA_HOME, by default `.zhida` in the checkout (git-ignored)."""
    return Path(environ.get("ZHIDA_HOME") or CHECKOUT / ".zhida").absolute()
