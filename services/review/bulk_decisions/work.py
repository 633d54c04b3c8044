"""How a bulk is worked off: chunk by chunk, each line as if it had been decided alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chassis.operations.domain import Operation
from chassis.operations.work import Chunk
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.operations import LineResult
from contracts.refusal import Refused
from services.review.bulk_decisions.domain import (
    APPROVE,
    BulkLine,
    DecidedAmountInBulk,
    SaidOfAll,
    SaidOfOne,
    common_end,
    is_set_by_persons,
)
from services.review.bulk_decisions.store import BulkLines
from services.review.cases import undo_window
from services.review.cases.answering import Handled, must_be_in_hand, settle, with_items
from services.review.cases.awarding import judge_anew
from services.review.cases.case import Case
from services.review.cases.finishing import finish
from services.review.cases.pinned import version_of
from services.review.cases.quota_places import hold_quotas
from services.review.cases.refusals import CaseNotFound
from services.review.cases.store import Cases
from services.review.cases.use_cases import give_approval, refuse_in_hand
from services.review.item_copies.plan_words import PlanWords

CHUNK = 100


@dataclass(frozen=True, slots=True)
class BulkNumber:
    """A line by its number; what it says stands in the bulk's own table."""

    line: int


class BulkDecision:
    """The lines of one bulk, in their order."""

    def chunks(self, run: Operation) -> Iterator[Chunk[BulkNumber]]:
        count = run.parameters["count"]
        first = (run.checkpoint or {"done": 0})["done"] + 1
        for start in range(first, count + 1, CHUNK):
            last = min(start + CHUNK - 1, count)
            lines = [BulkNumber(number) for number in range(start, last + 1)]
            yield Chunk(lines, {"done": last}, count)

    def take(self, lines: Sequence[BulkNumber], run: Operation, uow: UnitOfWork) -> Sequence[LineResult]:
        """Decide these; what cannot be decided stays as it was, with all reasons at its line."""
        asked = uow.of(BulkLines).of(run.tenant, run.id, [each.line for each in lines])
        refused = _approve(asked, run, uow) if run.kind == APPROVE else _reject(asked, run, uow)
        return [result for line in asked for result in _results(line, refused.get(line.case_id), run)]

    def key(self, line: BulkNumber) -> Hashable:
        """One chunk after another: two of their cases may be of one person in law."""
        return "bulk"


def _approve(lines: Sequence[BulkLine], run: Operation, uow: UnitOfWork) -> Mapping[str, Refused]:
    handled, refused = _in_hand(lines, uow)
    today = uow.now.astimezone(CHINA).date()
    unmapped = uow.of(PlanWords).unmapped([version_of(each.case.claim) for each in handled], today)
    given: list[Handled] = []
    for each in handled:
        said = SaidOfAll(each.case.amount_fen or 0, run.parameters["opinion"])
        try:
            each.case.must_be_open()
            if is_set_by_persons(each.case.decisions, each.item.rules):
                raise DecidedAmountInBulk()
            give_approval(each, said, unmapped.get(version_of(each.case.claim), ()), uow)
        except Refused as refusal:
            refused[each.case.id] = refusal
        else:
            given.append(each)
    refused |= finish([(each.case, each.item) for each in given], uow)
    # What could not be granted after all is not saved: it is as it was before, its approval included.
    _settle([each for each in given if each.case.id not in refused], run, uow)
    return refused


def _reject(lines: Sequence[BulkLine], run: Operation, uow: UnitOfWork) -> Mapping[str, Refused]:
    handled, refused = _in_hand(lines, uow)
    said = {line.case_id: SaidOfOne.of(line.said) for line in lines}
    judge_anew([(each.case, each.item) for each in handled if each.case.is_open], uow)
    # What is said at once gives its places back: those of all are held in one order.
    hold_quotas([(each.case, each.item) for each in handled], uow)
    for each in handled:
        try:
            refuse_in_hand(each, said[each.case.id], uow)
        except Refused as refusal:
            refused[each.case.id] = refusal
    _settle([each for each in handled if each.case.id not in refused], run, uow)
    return refused


def _in_hand(lines: Sequence[BulkLine], uow: UnitOfWork) -> tuple[list[Handled], dict[str, Refused]]:
    """The cases, locked, that are the actor's and as they were looked at; and why the others are not."""
    cases = uow.of(Cases).get_many([line.case_id for line in lines])
    mine: list[tuple[Case, Sequence[str]]] = []
    refused: dict[str, Refused] = {}
    for line in lines:
        try:
            if line.case_id not in cases:
                raise CaseNotFound()
            case = cases[line.case_id]
            mine.append((case, tuple(must_be_in_hand(case, line.expected_version, uow))))
        except Refused as refusal:
            refused[line.case_id] = refusal
    handled = with_items([case for case, _names in mine], uow)
    for each, (_case, names) in zip(handled, mine, strict=True):
        each.names = names
    return handled, refused


def _settle(handled: Sequence[Handled], run: Operation, uow: UnitOfWork) -> None:
    """Save them; what is held back of them is held until one instant."""
    for each in handled:
        if (own_end := each.case.undo_until) is not None:
            undo_window.hold(each.case, common_end(own_end, run.begun_at, uow.now), uow)
    settle(handled, uow)


def _results(line: BulkLine, refusal: Refused | None, run: Operation) -> list[LineResult]:
    if refusal is None:
        code = "case_approved" if run.kind == APPROVE else "case_rejected"
        return [LineResult(line=line.line, outcome="accepted", code=code, subject_id=line.case_id)]
    return [
        LineResult(
            line=line.line,
            outcome="refused",
            code=reason.code,
            message=reason.message,
            subject_id=line.case_id,
        )
        for reason in refusal.reasons
    ]
