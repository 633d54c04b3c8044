"""What each page needs to be looked at: an address, what the bus answers, who is signed in. One module per audience.

Every page of the access table has at least one sample here (tests/browser/test_every_page.py).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class PageSample:
    """One look at a page. `path` is that of its declaration, `answers` what the bus says by the entrypoint's name, `who`
    the name of somebody of `PEOPLE` in the sample's module. `leads_to`: the page is none of its own, but leads there.
    `gives`: it is a file of this type.
    """

    path: str
    address: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    who: str | None = None
    status: int = 200
    leads_to: str | None = None
    gives: str | None = None

    @property
    def name(self) -> str:
        return f"{self.address}{f' by {self.who}' if self.who else ''}"


def all_samples() -> list[PageSample]:
    """The samples of every module of this package, in the order of their addresses."""
    found = [
        sample
        for module in pkgutil.iter_modules(__path__, f"{__name__}.")
        for sample in import_module(module.name).SAMPLES
    ]
    return sorted(found, key=lambda sample: sample.name)


def all_people() -> dict[str, Any]:
    """Everybody who is signed in in some sample, by name."""
    return {
        name: somebody
        for module in pkgutil.iter_modules(__path__, f"{__name__}.")
        for name, somebody in getattr(import_module(module.name), "PEOPLE", {}).items()
    }
