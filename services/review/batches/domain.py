"""A batch as it is drawn up, put to a second person, fixed or declined. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import ClassVar

from contracts.message import Actor, Id
from contracts.quota_batches import BatchLine, LineOutcome, QuotaBatchView
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Refused
from contracts.rule import Quota
from contracts.two_persons import Proposal

SERVED: frozenset[LineOutcome] = frozenset({"served", "reduced"})
LEFT_OUT: frozenset[LineOutcome] = frozenset({"not_served", "undetermined"})
MOST = 5000
"""Claims of one batch: more are drawn up by an earlier `until`."""


class BatchUnknown(NotFound):
    code = "batch_unknown"
    sentence = "没有找到该批次。"


class QuotaUnknown(Invalid):
    code = "quota_unknown"
    sentence = "该事项没有第 {number} 个额度，请核对事项规则。"


class BatchNotNeeded(Conflict):
    code = "batch_not_needed"
    sentence = "该额度先到先得，批准时自动核算，不需要编制批次。"


class NoClaimsForBatch(Conflict):
    code = "no_claims_for_batch"
    sentence = "截止日之前没有本部门已受理、尚未列入已确定批次的申报。"


class BatchTooLarge(Conflict):
    code = "batch_too_large"
    sentence = "一个批次最多 {most} 件，目前有 {count} 件；请提前截止日，分批编制。"


class BatchChanged(Conflict):
    """Something has moved since it was drawn up: it would fix what is not so any more."""

    code = "batch_changed"
    sentence = "编制以后有变化：{what}。请作废本批次，重新编制。"


class BatchDecided(Conflict):
    code = "batch_decided"
    sentence = "该批次已经确定或作废。"


class BatchNotProposed(Conflict):
    code = "batch_not_proposed"
    sentence = "该批次还没有提交确定，请先提交。"


class BatchAlreadyProposed(Conflict):
    code = "batch_already_proposed"
    sentence = "该批次已经提交，请由另一人确定或作废。"


class BatchNotFixedYet(Conflict):
    code = "batch_not_fixed_yet"
    sentence = "该批次还没有确定，不能据此不予批准。"


class BatchNeedsSecondPerson(Forbidden):
    code = "batch_needs_second_person"
    sentence = "批次须由编制人、提交人以外的人确定。"


class BatchByStaffOnly(Forbidden):
    code = "batch_by_staff_only"
    sentence = "批次由主管部门办理。"


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One claim of a batch. `mark` is what it rested on when it was drawn up; `takes` what its allotment takes of the pot."""

    case_id: Id
    receipt: str
    enterprise_name: str
    filed_at: datetime
    amount_fen: int | None
    outcome: LineOutcome
    reason: str
    mark: str
    place: int | None = None
    allotted_fen: int = 0
    takes: Fraction = Fraction(0)
    tied_with: int = 0
    not_ready_zh: str = ""

    def view(self) -> BatchLine:
        return BatchLine(
            case_id=self.case_id,
            receipt=self.receipt,
            enterprise_name=self.enterprise_name,
            filed_at=self.filed_at,
            amount_fen=self.amount_fen,
            place=self.place,
            outcome=self.outcome,
            allotted_fen=self.allotted_fen,
            reason=self.reason,
            tied_with=self.tied_with,
            not_ready_zh=self.not_ready_zh,
        )


@dataclass(kw_only=True, slots=True)
class QuotaBatch(Proposal):
    """A batch of the claims on one quota. While it is `drawn` nobody has proposed it yet, and `proposed_by` is who drew it up.

    `number` counts from 0. `used` and `places_taken` are what was gone of the quota before it.
    """

    OPEN: ClassVar[str] = "proposed"
    AGREED: ClassVar[str] = "fixed"
    DECIDED_ALREADY: ClassVar[type[Refused]] = BatchDecided
    SECOND_PERSON_REQUIRED: ClassVar[type[Refused]] = BatchNeedsSecondPerson
    BY_STAFF_ONLY: ClassVar[type[Refused]] = BatchByStaffOnly

    item_id: Id
    item_version: int
    family: str
    item_title: str
    department: str
    department_id: Id | None
    number: int
    quota: Quota
    name: str
    until: date
    used: Fraction
    places_taken: int
    before_zh: str
    claims: int
    served: int
    allotted_fen: int
    drawn_by: Id
    drawn_at: datetime
    entries: tuple[BatchEntry, ...] = ()

    def propose(self, by: Actor, at: datetime) -> None:
        """Raises BatchAlreadyProposed or BatchDecided."""
        self.refuse_enterprises(by)
        if self.state == "proposed":
            raise BatchAlreadyProposed()
        if self.state != "drawn":
            raise BatchDecided()
        self.state, self.proposed_by, self.proposed_at = "proposed", by.id, at

    def must_be_fixable_by(self, by: Actor) -> None:
        """Raises BatchNotProposed, BatchDecided or BatchNeedsSecondPerson."""
        self.refuse_enterprises(by)
        if self.state == "drawn":
            raise BatchNotProposed()
        self.refuse_second(by)
        if by.id == self.drawn_by:
            raise BatchNeedsSecondPerson()

    def drop(self, by: Actor, at: datetime, why: str) -> None:
        """It is not fixed. Raises BatchDecided."""
        if self.state == "drawn":
            self.state = "proposed"
        self.decline(by=by, at=at, why=why)

    def view(self, quota_zh: str) -> QuotaBatchView:
        proposed = self.state != "drawn"
        return QuotaBatchView(
            batch_id=self.id,
            item_id=self.item_id,
            item_title=self.item_title,
            department=self.department,
            number=self.number + 1,
            name=self.name,
            until=self.until,
            state=self.state,
            quota=self.quota,
            quota_zh=quota_zh,
            before_zh=self.before_zh,
            claims=self.claims,
            served=self.served,
            allotted_fen=self.allotted_fen,
            drawn_by=self.drawn_by,
            drawn_at=self.drawn_at,
            proposed_by=self.proposed_by if proposed else None,
            proposed_at=self.proposed_at if proposed else None,
            decided_by=self.decided_by,
            decided_at=self.decided_at,
            answer=self.answer,
            lines=tuple(each.view() for each in self.entries),
            version=self.version,
        )


def changes_since(batch: QuotaBatch, marks: dict[Id, str], used: Fraction, places: int) -> str:
    """What has moved since it was drawn up, in words; empty where nothing has. `marks`: those of the cases that are open.

    What took no part in it may go on meanwhile.
    """
    inside = [each for each in batch.entries if each.outcome != "not_ready"]
    changed = [each.receipt for each in inside if marks.get(each.case_id) != each.mark]
    said = [f"{len(changed)} 件的数据、金额或状态已变（{'、'.join(changed[:5])}{'等' if len(changed) > 5 else ''}）"]
    moved = ["额度的已用数已变"] if (used, places) != (batch.used, batch.places_taken) else []
    return "；".join([*(said if changed else []), *moved])


def in_order(entries: Sequence[BatchEntry]) -> tuple[BatchEntry, ...]:
    """Those with a place first, in their order; then those that cannot be ranked; last those that are not ready."""
    last = {"undetermined": 1, "not_ready": 2}
    return tuple(
        sorted(entries, key=lambda each: (last.get(each.outcome, 0), each.place or 0, each.filed_at, each.case_id))
    )
