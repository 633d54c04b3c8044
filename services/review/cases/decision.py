"""How a case was decided, and that it is decided once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.refusal import Conflict
from contracts.refusal_grounds import RefusalGround, Remedies


class AlreadyDecided(Conflict):
    code = "case_already_decided"
    sentence = "该办件已{outcome}，不能再次办理。"


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """Who decided, when, and the opinion or reason; of a refusal also its grounds, what it rests on and how one objects."""

    by: str
    at: datetime
    note: str
    cites: tuple[str, ...] = ()
    how_to_object: str = ""
    certificate: str | None = None
    grounds: tuple[RefusalGround, ...] = ()
    remedies: Remedies | None = None
