"""A draw and its checks: who checks, what they found, when it counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.credit_checks import CheckOutcome, CheckState, CreditChecksDrawn, CreditChecksPublished
from contracts.duties import Attention
from contracts.message import Id
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound

CHECKERS = 2
"""Two people check (Administrative Penalty Law 2021, art. 42 and 55: no fewer than two officers)."""


class CreditCheckUnknown(NotFound):
    code = "credit_check_unknown"
    sentence = "没有找到该核查。"


class CreditDrawUnknown(NotFound):
    code = "credit_draw_unknown"
    sentence = "没有找到该次抽查。"


class NothingToDraw(Conflict):
    code = "nothing_to_draw"
    sentence = "该事项在这段时间内没有以信用代审核批准、且尚未抽查过的办件；请换一段时间。"


class PeriodBackwards(Invalid):
    code = "period_backwards"
    sentence = "起始日期不能晚于截止日期。"


class PeriodNotOver(Invalid):
    """Who draws today would leave out what is still decided today."""

    code = "period_not_over"
    sentence = "截止日期须早于今天：当天还会有新的批准。"


class NotEnoughCheckers(Conflict):
    code = "not_enough_checkers"
    sentence = (
        "抽中的 {cases} 件中，有 {short} 件在本部门找不到两名没有经办过的核查人员；请先增加岗位人员或登记代办人。"
    )


class NotYourCheck(Forbidden):
    code = "not_your_check"
    sentence = "该件不是由您核查，或您已经回避。"


class CheckDone(Conflict):
    code = "credit_check_done"
    sentence = "该件的核查已经办结，不能再变更。"


class CheckRecordedAlready(Conflict):
    code = "credit_check_recorded"
    sentence = "核查结果已经记录，请由另一名核查人员确认。"


class CheckNotRecorded(Conflict):
    code = "credit_check_not_recorded"
    sentence = "核查结果还没有记录，不能确认。"


class CheckConfirmsItself(Forbidden):
    code = "credit_check_confirms_itself"
    sentence = "核查结果由您记录，须由另一名核查人员确认。"


class CheckerGone(Conflict):
    code = "checker_gone"
    sentence = "该人员不是本件的核查人员，或已经回避。"


class NobodyComesIn(Conflict):
    code = "nobody_comes_in"
    sentence = "没有可以递补的核查人员；请先增加岗位人员或登记代办人，再办理回避。"


class DisputeNeedsNote(Invalid):
    code = "dispute_needs_note"
    sentence = "不同意核查结果的，请写明不一致之处（至少 4 个字）。"


@dataclass(frozen=True, slots=True)
class CheckerRecusal:
    person_id: Id
    reason: str
    by: Id
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What was found, by whoever recorded it. `disputed`: why the other checker did not confirm it; the latest counts."""

    outcome: CheckOutcome
    findings: str
    evidence: tuple[str, ...]
    by: Id
    at: datetime
    disputed: str = ""


@dataclass(kw_only=True, slots=True)
class CreditCheck(Aggregate):
    """`able` is everybody of the draw in its order; the first two who have not recused check. Records and recusals are only added to."""

    draw_id: str
    case_id: str
    receipt: str
    uscc: str
    enterprise_name: str
    decided_at: datetime
    able: tuple[Id, ...]
    due_at: datetime | None
    recusals: tuple[CheckerRecusal, ...] = ()
    records: tuple[CheckRecord, ...] = ()
    confirmed_by: str | None = None
    done_at: datetime | None = None

    @property
    def checkers(self) -> tuple[Id, ...]:
        return self._left[:CHECKERS]

    @property
    def _left(self) -> tuple[Id, ...]:
        gone = {each.person_id for each in self.recusals}
        return tuple(each for each in self.able if each not in gone)

    @property
    def record_that_counts(self) -> CheckRecord | None:
        """The latest, unless the other checker has not agreed to it."""
        latest = self.records[-1] if self.records else None
        return latest if latest is not None and not latest.disputed else None

    @property
    def state(self) -> CheckState:
        if self.done_at is not None:
            return "done"
        return "to_check" if self.record_that_counts is None else "to_confirm"

    @property
    def has_failed(self) -> bool:
        """It is done, and it was not as the enterprise had pledged."""
        counts = self.record_that_counts
        return self.done_at is not None and counts is not None and counts.outcome == "not_as_pledged"

    def recuse(self, person_id: Id, reason: str, by: Id, at: datetime) -> None:
        """Raises CheckDone, CheckRecordedAlready, CheckerGone or NobodyComesIn."""
        self._must_wait_for_a_record()
        if person_id not in self.checkers:
            raise CheckerGone()
        if len(self._left) <= CHECKERS:
            raise NobodyComesIn()
        self.recusals = (*self.recusals, CheckerRecusal(person_id, reason, by, at))

    def find(self, record: CheckRecord) -> None:
        """Raises CheckDone, CheckRecordedAlready or NotYourCheck."""
        self._must_wait_for_a_record()
        if record.by not in self.checkers:
            raise NotYourCheck()
        self.records = (*self.records, record)

    def answer(self, *, agrees: bool, note: str, by: Id, at: datetime) -> None:
        """The other checker's word on the latest record.

        Raises CheckDone, CheckNotRecorded, NotYourCheck, CheckConfirmsItself or DisputeNeedsNote.
        """
        if self.done_at is not None:
            raise CheckDone()
        counts = self.record_that_counts
        if counts is None:
            raise CheckNotRecorded()
        if by not in self.checkers:
            raise NotYourCheck()
        if by == counts.by:
            raise CheckConfirmsItself()
        if agrees:
            self.confirmed_by, self.done_at = by, at
            return
        if len(note.strip()) < 4:
            raise DisputeNeedsNote(field="note")
        disputed = CheckRecord(counts.outcome, counts.findings, counts.evidence, counts.by, counts.at, note.strip())
        self.records = (*self.records[:-1], disputed)

    def _must_wait_for_a_record(self) -> None:
        if self.done_at is not None:
            raise CheckDone()
        if self.record_that_counts is not None:
            raise CheckRecordedAlready()


@dataclass(kw_only=True, slots=True)
class CreditDraw(Aggregate):
    """One draw. `drawn_from` and `people` are what it was drawn from, so that anybody can draw again."""

    item_id: str
    item_title: str
    department: str
    department_id: str | None
    decided_from: date
    decided_to: date
    percent: int
    seed: str
    cases_hash: str
    people_hash: str
    drawn_from: tuple[Id, ...]
    people: tuple[Id, ...]
    drawn_by: str
    drawn_at: datetime
    checks: int
    done: int = 0
    failed: int = 0
    published_at: datetime | None = None

    def tell(self, due_at: datetime | None) -> None:
        """Say that it was made, to those who check."""
        attention = Attention(tenant=self.tenant, department_id=self.department_id, duty="first_review")
        self.record(
            CreditChecksDrawn(
                draw_id=self.id,
                item_id=self.item_id,
                item_title=self.item_title,
                department=self.department,
                checks=self.checks,
                drawn_from=len(self.drawn_from),
                due_at=due_at,
                attention=attention,
            )
        )

    def count(self, check: CreditCheck, at: datetime) -> None:
        """A check of it is done; with the last one its results are public."""
        self.done += 1
        self.failed += check.has_failed
        if self.done == self.checks:
            self.published_at = at
            self.record(
                CreditChecksPublished(
                    draw_id=self.id,
                    item_title=self.item_title,
                    department=self.department,
                    checks=self.checks,
                    failed=self.failed,
                )
            )
