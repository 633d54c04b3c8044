"""Where this checkout is, what is in it, and where one local installation keeps everything that it writes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
GATEWAY = "gateway"


def home_of(environ: Mapping[str, str] = os.environ) -> Path:
    """ZHIDA_HOME, by default `.zhida` in the checkout (git-ignored)."""
    return Path(environ.get("ZHIDA_HOME") or CHECKOUT / ".zhida").absolute()


def service_names(checkout: Path = CHECKOUT) -> list[str]:
    """The services of this checkout, discovered."""
    return sorted({path.relative_to(checkout).parts[1] for path in checkout.glob("services/*/**/entrypoints.py")})


def database_names(checkout: Path = CHECKOUT) -> list[str]:
    """Who owns a database: every service, and the gateway (identity)."""
    return [*service_names(checkout), GATEWAY]
