"""A check on its way to a department's own system: taken, answered, or given back to a person. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.aggregate import Aggregate
from contracts.department_systems import CheckSaid, DispatchState, FallBack
from contracts.message import Id, Model, TenantId

EDGES: frozenset[tuple[DispatchState, DispatchState]] = frozenset(
    {
        ("to_send", "sent"),
        ("sent", "answered"),
        ("to_send", "fell_back"),
        ("sent", "fell_back"),
    }
)
"""Nothing comes after an answer, nor after a person has been asked instead."""

OVER: frozenset[DispatchState] = frozenset({"answered", "fell_back"})

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)

STRANGE_LIMIT = 500
"""Characters that are kept of an answer that cannot be taken."""

REASONS: Mapping[FallBack, str] = {
    "silent": "部门系统在规定时间内没有给出可采信的答复，已转人工核查。",
    "refused": "部门系统拒绝受理（{detail}），已转人工核查。",
    "nonsense": "部门系统的答复不能采信（{detail}），已转人工核查。",
    "closed": "部门系统已停用，已转人工核查。",
    "called_off": "不再需要部门系统答复。",
}
"""What people read of it."""


class DispatchIsOver(Exception):
    """A dispatch that is over was moved: a mistake of ours, not of the system's."""


class CheckQuestion(Model):
    """What a department's system is told: the firm, the case's receipt, and the published conditions asked about."""

    receipt: str
    uscc: str
    enterprise_name: str
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckAsked:
    """One task of a joint check, as whoever opens the task says it.

    `tenant` is the acting department's. `asking_department_id`: whose case it is.
    """

    task_id: Id
    case_id: Id
    tenant: TenantId
    department_id: Id
    question: CheckQuestion
    asking_department_id: Id | None = None
    traceparent: str | None = None


@dataclass(kw_only=True, slots=True)
class Dispatch(Aggregate):
    """One task at one system. `id` is what the system knows the check by: it takes each id once.

    `begun_at` → `sent_at` is the first leg (until the system had taken it), `sent_at` → `answered_at` the second.
    `asks` counts the times that it was called, `nonsense` the answers that could not be taken; `strange` is the last of
    these, without numbers of persons.
    """

    task_id: Id
    case_id: Id
    receipt: str
    department_id: Id
    asking_department_id: Id | None
    system_id: Id
    question: CheckQuestion
    begun_at: datetime
    give_up_at: datetime
    state: DispatchState = "to_send"
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    fell_back_at: datetime | None = None
    asks: int = 0
    nonsense: int = 0
    strange: str = ""
    said: CheckSaid | None = None
    fall_back: FallBack | None = None
    reason: str = ""

    @property
    def receipt_numbers(self) -> tuple[str, ...]:
        return (self.receipt,)

    @classmethod
    def begin(cls, asked: CheckAsked, system_id: Id, patience: timedelta, at: datetime) -> Dispatch:
        """The same task is the same dispatch, however often it is begun."""
        return cls(
            id=dispatch_id(asked.tenant, asked.task_id),
            tenant=asked.tenant,
            traceparent=asked.traceparent,
            task_id=asked.task_id,
            case_id=asked.case_id,
            receipt=asked.question.receipt,
            department_id=asked.department_id,
            asking_department_id=asked.asking_department_id,
            system_id=system_id,
            question=asked.question,
            begun_at=at,
            give_up_at=at + patience,
        )

    def is_over(self) -> bool:
        return self.state in OVER

    def ask(self) -> None:
        """The system is called once more."""
        self.asks += 1

    def be_taken(self, at: datetime) -> None:
        """The system has it: the first leg ends. Saying so again changes nothing."""
        if self.state != "sent":
            self._move("sent")
            self.sent_at = at

    def be_answered(self, said: CheckSaid, at: datetime) -> None:
        """The second leg ends with an answer that counts."""
        self.be_taken(at)
        self._move("answered")
        self.said, self.answered_at = said, at

    def keep_strange(self, text: str) -> None:
        """An answer that cannot be taken is kept and counted."""
        self.nonsense += 1
        self.strange = text.replace("\x00", "\ufffd")[:STRANGE_LIMIT]

    def hand_back(self, why: FallBack, at: datetime, detail: str = "") -> None:
        """A person answers instead."""
        self._move("fell_back")
        self.fall_back, self.fell_back_at = why, at
        self.reason = REASONS[why].format(detail=detail)

    def next_ask(self, now: datetime) -> datetime:
        """When it is asked about again: soon at first, every ten minutes in the end, and last when patience ends."""
        doublings = min(max(self.asks - 1, 0), 12)
        wait = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
        return min(now + wait, self.give_up_at)

    def _move(self, to: DispatchState) -> None:
        if (self.state, to) not in EDGES:
            raise DispatchIsOver(f"{self.id}: {self.state} → {to}")
        self.state = to


def dispatch_id(tenant: TenantId, task_id: Id) -> Id:
    """One per task."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(("dispatch", tenant, task_id))))
