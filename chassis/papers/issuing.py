"""A paper on its way out: set, and sealed where the place has a seal office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.foundation.aside import aside
from chassis.papers.paper import Paper
from chassis.papers.rendering import render
from chassis.papers.seal import Sealed, SealOffice


@dataclass(frozen=True, slots=True)
class Issued:
    """The file to hand out and to keep. Without a seal it says itself that it is for checking only."""

    pdf: bytes
    sealed: Sealed | None = None


def issue(paper: Paper, at: datetime, *, department_id: str, office: SealOffice | None) -> Issued:
    """The paper as it stood at `at`; the same again gets the same seal, so whoever is not sure of it issues once more.

    To be called outside a transaction. In a service no green thread waits while the paper is set. Raises SealUnavailable
    (issue again later) and SealRefused (a person looks at it, or it goes out unsealed: `office=None`).
    """
    pdf = aside(render, paper, at, for_seal=office is not None)
    if office is None:
        return Issued(pdf)
    sealed = office.seal(pdf, department_id, paper.number)
    return Issued(sealed.pdf, sealed)
