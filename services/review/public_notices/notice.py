"""A public notice: what was published of a case, from when to when, and how it ended. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.intake import Claim
from contracts.public_notices import NoticeContact, NoticeState, PublicNoticeView
from contracts.refusal import Conflict, NotFound
from contracts.rule import TimeLimit
from contracts.typed import is_digits

INDIVIDUAL = "92"
"""Begins the credit codes of individual businesses: before the law they are natural persons (Civil Code, art. 54)."""

CREDIT_CODE, BIRTHDAY = 18, slice(6, 10)

Receiver = tuple[int, str, int | None]
"""Which part of the plan's payees goes to which holder, and how much of it."""

MOST_OPEN = 200
"""Objections to one notice that may be open at once: more tell the department nothing that these do not."""


class NoticeNotFound(NotFound):
    """No notice of the place has this id, or it was never up."""

    code = "notice_not_found"
    sentence = "没有找到该公示。"


class NoticeOver(NotFound):
    """It was up, and is no more: what stood in it is shown to nobody any more."""

    code = "notice_over"
    sentence = "该公示已经结束，内容不再公开。如有意见，请与{department}联系{phone}。"


class ObjectionTooLate(Conflict):
    code = "objection_too_late"
    sentence = "该公示已经结束，不能再在线提出异议。如仍有意见，请与{department}联系{phone}。"


class ObjectionsFull(Conflict):
    """So many objections to one notice are open that one more would only bury the others."""

    code = "objections_full"
    sentence = "该公示待核查的异议已经很多，暂不接收新的在线异议。请直接与{department}联系{phone}。"


class NothingToRepeat(Conflict):
    code = "notice_not_to_repeat"
    sentence = "只有因异议成立而结束的公示可以重新公示；本办件现在没有这样的公示。"


class NothingToPublish(Conflict):
    code = "no_notice_in_plan"
    sentence = "本办件的办理方案没有公示环节。"


@dataclass(kw_only=True, slots=True)
class StandingNotice(Aggregate):
    """`published_fen` and `receivers` are what the claim came to when it was published; `amount_fen` what is shown of it.
    `told`: its days are known and have been said. `open_objections` hold it, also past its end.
    """

    case_id: str
    step: int
    task_id: str
    receipt: str
    enterprise_name: str
    item_id: str
    item_title: str
    department: str
    department_id: str | None
    contacts: tuple[NoticeContact, ...]
    name: str
    amount_fen: int | None
    published_fen: int | None
    receivers: tuple[Receiver, ...]
    period: TimeLimit
    first_day_counts: bool
    published_at: datetime
    first_day: date
    last_day: date | None = None
    ends_at: datetime | None = None
    awaits_year: int | None = None
    told: bool = False
    state: NoticeState = "running"
    objections: int = 0
    open_objections: int = 0
    anew: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""

    @property
    def receipt_numbers(self) -> tuple[str, ...]:
        return (self.receipt,)

    def is_up(self, now: datetime) -> bool:
        """Whether everybody may read it now."""
        return is_up(self.state, self.ends_at, now)

    def end(self, state: NoticeState, at: datetime, why: str) -> None:
        """It is over; what is over stays as it is."""
        if self.state == "running":
            self.state, self.ended_at, self.ended_why = state, at, why

    def take(self, now: datetime) -> None:
        """One more objection. Raises ObjectionTooLate or ObjectionsFull."""
        whom = {"department": self.department, "phone": phones(self.contacts)}
        if not self.is_up(now):
            raise ObjectionTooLate(**whom)
        if self.open_objections >= MOST_OPEN:
            raise ObjectionsFull(**whom)
        self.objections += 1
        self.open_objections += 1

    def view(self) -> PublicNoticeView:
        """The notice as everybody reads it."""
        same = {name: getattr(self, name) for name in PublicNoticeView.model_fields if name != "notice_id"}
        return PublicNoticeView(notice_id=self.id, **same)


def is_up(state: str, ends_at: datetime | None, now: datetime) -> bool:
    """Whether a notice of this state is read by everybody: from its publication to its end, whatever holds its case."""
    return state == "running" and (ends_at is None or now < ends_at)


def phones(contacts: Sequence[NoticeContact]) -> str:
    """Whom to call, for a sentence; nothing where nobody is named."""
    return f"（{'、'.join(each.phone for each in contacts)}）" if contacts else ""


def shown_name(claim: Claim) -> str:
    """Who gets it, as everybody reads it."""
    return shown_to_everybody(claim.enterprise_name, claim.uscc)


def shown_to_everybody(name: str, code: str) -> str:
    """A firm by its name, a natural person by the beginning of it."""
    return masked(name) if _is_natural(code) else name


def masked(name: str) -> str:
    """Of a person's name the first character, of a longer one (which an individual business has) at most four, never more
    than half."""
    kept = 1 if len(name) <= 4 else min(4, len(name) // 2)
    return f"{name[:kept]}{'*' * min(max(len(name) - kept, 1), 4)}"


def _is_natural(code: str) -> bool:
    """An individual business, or a resident id in place of a credit code: 17 digits with a year of birth in them."""
    if code.startswith(INDIVIDUAL):
        return True
    digits = len(code) == CREDIT_CODE and is_digits(code[:-1])
    return digits and not code.startswith("9") and code[BIRTHDAY][:2] in ("19", "20")
