"""Payment in parts: the later instalments of a claim, and the recheck that a person decides before each of them is paid."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Fen, Id, Model, Query, ServiceName
from contracts.review import CaseView

InstalmentState = Literal["scheduled", "in_review", "paid", "skipped", "stopped"]
"""待到期 · 复核办理中 · 已批准兑付 · 本期不予兑付 · 不再兑付."""


class InstalmentView(Model):
    """One instalment of a claim. `due_from` is the first day on which it can be due, where that is known; `case_id` the case in
    which it is or was decided; `amount_fen` what was approved.
    """

    number: int
    label: str
    state: InstalmentState
    due_from: date | None = None
    amount_fen: Fen | None = None
    case_id: Id | None = None
    why: str = ""


class ClaimInstalments(Model):
    """All instalments of a claim in their order. `whole_fen` is what they come to together, where the first has fixed it: no
    later one pays more than is left of it. `next_number` is the one that is next, until all are over.
    """

    first_case_id: Id
    items: tuple[InstalmentView, ...] = ()
    whole_fen: Fen | None = None
    paid_fen: Fen = 0
    next_number: int | None = None


class ListClaimInstalments(Query[ClaimInstalments]):
    """The instalments of the claim that a case belongs to, be it the case of the first or of a later one."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class DecideRecheck(Command[CaseView]):
    """Whether a later instalment may be paid, on the facts of now: `met`, or not with a reason.

    What the rule says stands: a person does not pay what the rule refuses. Where it is not met, an approver refuses the
    instalment for this time, and the next one goes on as the rule says.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    met: bool
    reason: str = Field(default="", max_length=400)
    expected_version: int
