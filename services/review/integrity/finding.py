"""A finding: what is held against a firm about one claim, and what has been made of it. Pure.

Opened, told to the firm, answered by it or not, decided by somebody else. Nothing of the case is asked: a claim that is withdrawn
or refused ends no finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from contracts.aggregate import Aggregate
from contracts.duties import Attention, DutyKind
from contracts.intake import Claim
from contracts.integrity import (
    Evidence,
    FindingAbout,
    FindingDecision,
    FindingDefence,
    FindingNotice,
    FindingOrigin,
    FindingState,
    RecordRequest,
)
from contracts.integrity_events import (
    DefenceGiven,
    DefenceTimeEnded,
    DishonestyRecorded,
    FindingDecided,
    FindingNotified,
    FindingOpened,
)
from contracts.integrity_grounds import GroundCode
from contracts.integrity_labels import FINDING
from contracts.message import Event
from contracts.refusal import Refused
from services.review.integrity.record import Record
from services.review.integrity.refusals import (
    DecisionIncomplete,
    DefenceEmpty,
    DefenceTimeOver,
    DefenceTimeRuns,
    FindingMovedOn,
    FindingOtherPersonRequired,
)
from services.review.integrity.terms import against_term

MOVES: Mapping[tuple[FindingState | None, FindingState], type[Event]] = {
    (None, "opened"): FindingOpened,
    ("opened", "notified"): FindingNotified,
    ("notified", "defended"): DefenceGiven,
    ("notified", "established"): FindingDecided,
    ("notified", "not_established"): FindingDecided,
    ("defended", "established"): FindingDecided,
    ("defended", "not_established"): FindingDecided,
}
"""Every edge and the event that reports it. What nobody was told of is never decided."""

CHINA_TIME = timezone(timedelta(hours=8))
OPEN: frozenset[FindingState] = frozenset({"opened", "notified", "defended"})


@dataclass(kw_only=True, slots=True)
class IntegrityFinding(Aggregate):
    """`ground` is the one that is suspected until it is decided, then that of the decision. `origin_id` names the check that has
    found it. `record` is there once it is established, `requests` are what the firm has asked about it."""

    case_id: str
    claim: Claim
    ground: GroundCode
    origin: FindingOrigin
    origin_id: str | None = None
    about: tuple[FindingAbout, ...] = ()
    facts_zh: str
    evidence: tuple[Evidence, ...] = ()
    state: FindingState = "opened"
    opened_by: str
    opened_at: datetime
    notice: FindingNotice | None = None
    defence: FindingDefence | None = None
    decision: FindingDecision | None = None
    record_made: Record | None = None
    requests: tuple[RecordRequest, ...] = ()

    @property
    def named(self) -> dict[str, Any]:
        """What all its events say."""
        return {"finding_id": self.id, "case_id": self.case_id, "claim": self.claim}

    def attention(self, duty: DutyKind) -> Attention:
        """Whose turn it is in the department."""
        return Attention(tenant=self.tenant, department_id=self.claim.department_id, duty=duty)

    def say_opened(self) -> None:
        """A new one is told of."""
        opened = {
            "origin": self.origin,
            "ground": self.ground,
            "opened_by": self.opened_by,
            "opened_at": self.opened_at,
        }
        self._report(None, FindingOpened(**self.named, **opened, attention=self.attention("first_review")))

    def notify(self, notice: FindingNotice) -> None:
        """事先告知. Raises FindingMovedOn."""
        self._must_be("opened", step="告知")
        self.state, self.notice = "notified", notice
        said = {"ground": self.ground, "facts_zh": self.facts_zh}
        self._report("opened", FindingNotified(**self.named, **said, **notice.model_dump()))

    @property
    def may_be_heard(self) -> bool:
        """Whether the firm has been told and has not answered."""
        return self.state == "notified"

    def time_is_over(self, now: datetime) -> bool:
        """Whether the firm's time to be heard has ended; an end that is not known has not come."""
        return self.notice is not None and self.notice.due_at is not None and self.notice.due_at <= now

    def defend(self, defence: FindingDefence) -> None:
        """The firm is heard, or will not be. Raises FindingMovedOn, DefenceTimeOver or DefenceEmpty."""
        self._must_be("notified", step="陈述申辩")
        assert self.notice is not None, "told without a notice"
        if self.time_is_over(defence.given_at):
            raise DefenceTimeOver(until=_day(self.notice.due_at))
        if bool(defence.text.strip()) == defence.waived:
            raise DefenceEmpty(field="text")
        self.state, self.defence = "defended", defence
        told = {"waived": defence.waived, "given_at": defence.given_at, "attention": self.attention("leader")}
        self._report("notified", DefenceGiven(**self.named, **told))

    def end_of_time(self) -> None:
        """Say that the firm has left its time unused."""
        assert self.notice is not None and self.notice.due_at is not None, "no time that has ended"
        due = self.notice.due_at
        self.record(DefenceTimeEnded(**self.named, due_at=due, attention=self.attention("leader")))

    def against_deciding(self, decision: FindingDecision, months: int | None) -> list[Refused]:
        """Everything that stands against this decision now."""
        found: list[Refused] = []
        if self.state not in ("notified", "defended"):
            found.append(FindingMovedOn(state=FINDING[self.state].staff_zh, step="认定"))
        elif self.state == "notified" and not self.time_is_over(decision.decided_at):
            assert self.notice is not None, "told without a notice"
            until = f"到 {_day(self.notice.due_at)} 届满" if self.notice.due_at else "因工作日安排尚未公布而未确定"
            found.append(DefenceTimeRuns(until=until))
        if decision.decided_by in self.handled_by:
            found.append(FindingOtherPersonRequired())
        if not decision.established:
            return found
        if decision.gravity is None or months is None or decision.remedies is None:
            return [*found, DecisionIncomplete()]
        return [*found, *against_term(decision.ground, decision.gravity, months)]

    @property
    def handled_by(self) -> frozenset[str]:
        """Who has opened it or told the firm: none of them decides it."""
        return frozenset({self.opened_by, *([self.notice.notified_by] if self.notice else [])})

    def decide(self, decision: FindingDecision, months: int | None, today: date) -> None:
        """Decide it: what is established has a record from `today` on. Nothing stands against it (`against_deciding`)."""
        before, self.state = self.state, "established" if decision.established else "not_established"
        self.decision, self.ground = decision, decision.ground
        said = decision.model_dump(exclude={"gravity"})
        self._report(before, FindingDecided(**self.named, **said))
        if not decision.established:
            return
        assert decision.gravity is not None and months is not None, "established without a term"
        self.record_made = Record.of(decision.gravity, months, today)
        days = {name: getattr(self.record_made, name) for name in ("from_day", "until_day", "repairable_from")}
        told = {"ground": self.ground, "gravity": decision.gravity, "number": decision.number}
        self.record(DishonestyRecorded(**self.named, **told, **days))

    def open_request(self, kind: str) -> RecordRequest | None:
        """What the firm has asked of this kind and nobody has answered."""
        return next((each for each in self.requests if each.kind == kind and each.state == "open"), None)

    @property
    def disputed(self) -> bool:
        """Whether an objection is being looked into."""
        return self.open_request("objection") is not None

    def put_request(self, request: RecordRequest) -> None:
        """Keep a request, in its own place where it is known already."""
        others = [each for each in self.requests if each.request_id != request.request_id]
        self.requests = tuple(sorted([*others, request], key=lambda each: (each.asked_at, each.request_id)))

    def _must_be(self, *states: FindingState, step: str) -> None:
        if self.state not in states:
            raise FindingMovedOn(state=FINDING[self.state].staff_zh, step=step)

    def _report(self, before: FindingState | None, event: Event) -> None:
        assert MOVES[before, self.state] is type(event), f"{before} → {self.state} is not {type(event).__name__}"
        self.record(event)


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}" if at is not None else ""
