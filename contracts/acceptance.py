"""受理 and its opposite: accepting a claim, refusing to, and the enterprise's taking it back."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from contracts.message import Command, Id, ServiceName, Why
from contracts.refusal_grounds import ChosenGrounds, OwnGrounds
from contracts.review import CaseView, CitedText


class AcceptCase(Command[CaseView]):
    """Accept a claim (受理): the review limit runs from now. After the limit for it, silence has accepted it as of its receipt."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    expected_version: int


class RefuseAcceptance(Command[CaseView]):
    """Do not accept a claim (不予受理), on grounds as in `RejectCase`."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    cites: tuple[CitedText, ...] = Field(default=(), max_length=20)
    how_to_object: str = Field(default="", max_length=600)
    grounds: ChosenGrounds = ()
    other_grounds: OwnGrounds = ()
    expected_version: int


class WithdrawClaim(Command[CaseView]):
    """The enterprise takes its claim back, itself or through the window, until an approval has left the house."""

    owner: ClassVar[ServiceName] = "review"

    application_id: Id
    reason: Why
