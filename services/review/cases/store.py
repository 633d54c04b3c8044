"""Cases as rows: a case with its answers, and the journal of its deadline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, RowMapping, Text, any_, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.time.sla import SlaClock
from chassis.write.store import AggregateStore
from chassis.write.uow import UnitOfWork
from contracts.case_payees import CasePayee, NamedPayee
from contracts.case_steps import StepView
from contracts.enterprises import FactRecorders, Payee
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.refusal import Reason
from contracts.refusal_grounds import RefusalGround, Remedies
from contracts.rule import Assessment, AwardHistory, Decision, Fact, ParameterValue, TimeLimit
from services.review.account_copies.domain import ReceiverAccount
from services.review.cases.answers import StepAnswer
from services.review.cases.case import Case
from services.review.cases.case_holders import CaseHolders
from services.review.cases.clock import clock_from
from services.review.cases.decision import CaseDecision
from services.review.cases.inspection import Inspection
from services.review.cases.materials import CaseMaterials
from services.review.cases.moves import OPEN
from services.review.cases.moving import FACTS_MOVED, INSTALMENT_DECIDED
from services.review.cases.open_tasks import OpenTask
from services.review.cases.papers import issue_papers
from services.review.cases.receivers import EmittedPart
from services.review.cases.refusals import CaseNotFound
from services.review.cases.tables import CASE_ANSWER, DEADLINE_MOVE, REVIEW_CASE

DOCUMENTS: dict[str, TypeAdapter[Any]] = {
    "claim": TypeAdapter(Claim),
    "facts": TypeAdapter(tuple[Fact, ...]),
    "recorders": TypeAdapter(tuple[FactRecorders, ...]),
    "parameters": TypeAdapter(tuple[ParameterValue, ...]),
    "payee": TypeAdapter(Payee | None),
    "named_payees": TypeAdapter(tuple[NamedPayee, ...]),
    "accounts": TypeAdapter(tuple[ReceiverAccount, ...]),
    "receivers": TypeAdapter(tuple[CasePayee, ...]),
    "emitted": TypeAdapter(tuple[EmittedPart, ...]),
    "assessment": TypeAdapter(Assessment),
    "decisions": TypeAdapter(tuple[Decision, ...]),
    "paid_before": TypeAdapter(AwardHistory | None),
    "remarks": TypeAdapter(tuple[Reason, ...]),
    "inspection": TypeAdapter(Inspection | None),
    "review_limit": TypeAdapter(TimeLimit | None),
    "materials": TypeAdapter(CaseMaterials),
    "tasks": TypeAdapter(tuple[OpenTask, ...]),
    "steps": TypeAdapter(tuple[StepView, ...]),
    "pauses": TypeAdapter(tuple[str, ...]),
    "commitments": TypeAdapter(tuple[str, ...]),
}
"""What of a case is a document, and what it is read as."""
PLAIN = (
    *("asked_fen", "award_period", "inspection_required", "received_at", "accepted_at", "effective_receipt", "clock"),
    *("due_at", "awaits_year", "state", "listed_by", "credit_commitment", "tasks_given", "revision", "instalment"),
    *("first_case_id", "undo_until", "reopened_at", "notice_number"),
)
"""What of a case is a column as it is."""

ANSWER_FIELDS = ("step", "slot", "kind", "verdict", "by", "department", "at", "reason", "evidence")


@dataclass(frozen=True, slots=True)
class OpenReviewLimit:
    """The clock of an open case's review limit, if it has one that runs, and what is known of when it ends; and its tasks that
    have clocks of their own."""

    case_id: str
    clock: SlaClock | None
    due_at: datetime | None
    awaits_year: int | None
    tasks: tuple[OpenTask, ...] = ()


class Cases(AggregateStore[Case]):
    """Cases of the item's tenant, each with its answers. `obstacles` is written out, so that reads need no domain."""

    table = REVIEW_CASE
    aggregate_type = "case"
    missing = CaseNotFound

    def to_row(self, aggregate: Case) -> dict[str, Any]:
        decision = aggregate.decision
        documents = {
            name: adapter.dump_python(getattr(aggregate, name), mode="json") for name, adapter in DOCUMENTS.items()
        }
        return {
            **{name: getattr(aggregate, name) for name in PLAIN},
            **documents,
            "department": aggregate.claim.department,
            "department_id": aggregate.claim.department_id,
            "obstacles": [reason.model_dump() for reason in aggregate.against],
            "decided_by": decision.by if decision else None,
            "decided_at": decision.at if decision else None,
            "note": decision.note if decision else "",
            "cites": list(decision.cites) if decision else [],
            "how_to_object": decision.how_to_object if decision else "",
            "certificate": decision.certificate if decision else None,
            "grounds": [each.model_dump(mode="json") for each in decision.grounds] if decision else [],
            "remedies": decision.remedies.model_dump() if decision and decision.remedies else None,
        }

    def from_row(self, row: RowMapping) -> Case:
        read = {
            name: adapter.validate_python(row[name]) for name, adapter in DOCUMENTS.items() if row[name] is not None
        }
        case = Case(
            **self.frame_fields(row),
            **{"payee": None, "review_limit": None, **read},
            **{name: row[name] for name in PLAIN if name != "received_at"},
            received_at=row["received_at"] or row["accepted_at"],
            against=tuple(Reason.model_validate(each) for each in row["obstacles"]),
            decision=_decision(row),
        )
        if row["parameters"] is None:
            # Of cases from before they were kept, the figures that were used are known.
            case.parameters = case.assessment.figures
        case.read_as = case.state
        return case

    def where(self, *conditions: Any, lock: bool = True, limit: int | None = None) -> list[Case]:
        found = super().where(*conditions, lock=lock, limit=limit)
        answers = self._answers([case.id for case in found])
        for case in found:
            case.answers = tuple(answers[case.tenant, case.id])
            case.answers_kept = len(case.answers)
        return found

    def sealed_besides(self, aggregate: Case) -> dict[str, Any]:
        besides: dict[str, Any] = {}
        if aggregate.moved:
            besides["deadline_move"] = aggregate.moved.model_dump(mode="json")
        if aggregate.answers:
            besides["answers"] = len(aggregate.answers)
        return besides

    def save_many(self, aggregates: Iterable[Case]) -> None:
        saved = list(aggregates)
        issue_papers(saved, cast(UnitOfWork, self._uow))
        before = {id(case): case.answers_kept for case in saved}
        super().save_many(saved)
        moves, answers = [], []
        for case in saved:
            key = {"tenant": case.tenant, "case_id": case.id}
            if case.moved is not None:
                moves.append({**case.moved.__dict__, **key, "version": case.version})
                case.moved = None
            for number, answer in enumerate(case.answers[before[id(case)] :], before[id(case)] + 1):
                answers.append({**{name: getattr(answer, name) for name in ANSWER_FIELDS}, **key, "number": number})
            case.answers_kept = len(case.answers)
        self.add_rows(DEADLINE_MOVE, moves)
        self.add_rows(CASE_ANSWER, answers)
        self._follow(saved)
        self._uow.of(CaseHolders).keep([case for case in saved if case.is_open and case.named_payees])

    def _follow(self, saved: Iterable[Case]) -> None:
        """A case that is open now and was not takes up what was heard of its firm before; how one of several instalments ends is
        told to those that come after it."""
        moved = [case for case in saved if case.state != case.read_as]
        begun = [case for case in moved if case.is_open and case.read_as not in OPEN]
        ended = [case for case in moved if not case.is_open]
        part = [case for case in ended if case.instalment > 1 or case.assessment.instalment is not None]
        for kind, whose in ((FACTS_MOVED, begun), (INSTALMENT_DECIDED, part)):
            self._uow.schedule_many(kind, [(each.tenant, each.id, self._uow.now) for each in whose])
        for case in moved:
            case.read_as = case.state

    def open_limits(self, tenant: TenantId, after: str, limit: int) -> list[OpenReviewLimit]:
        """What runs in the open cases that come next after this id; nothing is locked."""
        c = self.table.c
        columns = (c.id, c.state, c.clock, c.review_limit, c.accepted_at, c.due_at, c.awaits_year, c.tasks)
        wanted = (
            c.tenant == tenant,
            c.id > after,
            c.state.in_([literal(each, literal_execute=True) for each in sorted(OPEN)]),
        )
        rows = self._uow.execute(select(*columns).where(*wanted).order_by(c.id).limit(limit))
        return [OpenReviewLimit(row.id, _clock(row), row.due_at, row.awaits_year, _own_clocks(row)) for row in rows]

    def accepted_of_item(self, item_id: str, before: datetime) -> list[Case]:
        """The accepted claims of an item that were filed before this instant, first instalments; nothing is locked."""
        c = self.table.c
        return self.where(
            column("item_id", Text) == item_id,
            c.state == literal("accepted", literal_execute=True),
            c.instalment == 1,
            func.coalesce(c.received_at, c.accepted_at) < before,
            lock=False,
        )

    def held_lines(self, tenants: Collection[TenantId]) -> list[tuple[TenantId, str]]:
        """(tenant, id) of the lines of lists that wait for the meaning of their plans' words."""
        columns = self.table.c
        waiting = select(columns.tenant, columns.id).where(
            columns.tenant == any_(literal(sorted(set(tenants)), ARRAY(Text))), columns.listed_by.is_not(None)
        )
        return [(row.tenant, row.id) for row in self._uow.execute(waiting)]

    def _answers(self, case_ids: Collection[str]) -> dict[tuple[str, str], list[StepAnswer]]:
        found: defaultdict[tuple[str, str], list[StepAnswer]] = defaultdict(list)
        if case_ids:
            c = CASE_ANSWER.c
            wanted: list[ColumnElement[bool]] = [
                c.tenant == any_(literal(list(self._uow.tenants), ARRAY(Text))),
                c.case_id == any_(literal(sorted(set(case_ids)), ARRAY(Text))),
            ]
            for row in self._uow.execute(select(CASE_ANSWER).where(*wanted).order_by(c.case_id, c.number)).mappings():
                found[row["tenant"], row["case_id"]].append(StepAnswer(**{name: row[name] for name in ANSWER_FIELDS}))
        return found


def _clock(row: Any) -> SlaClock | None:
    """Cases from before clocks were kept have run since they were accepted."""
    if row.clock is not None:
        return SlaClock.model_validate(row.clock)
    if row.review_limit is None or row.state == "received":
        return None
    return clock_from(TimeLimit.model_validate(row.review_limit), row.accepted_at)


def _own_clocks(row: Any) -> tuple[OpenTask, ...]:
    return tuple(each for each in DOCUMENTS["tasks"].validate_python(row.tasks) if each.clock is not None)


def _decision(row: RowMapping) -> CaseDecision | None:
    if row["decided_by"] is None:
        return None
    return CaseDecision(
        row["decided_by"],
        row["decided_at"],
        row["note"],
        tuple(row["cites"]),
        row["how_to_object"],
        row["certificate"],
        tuple(RefusalGround.model_validate(each) for each in row["grounds"]),
        Remedies.model_validate(row["remedies"]) if row["remedies"] else None,
    )
