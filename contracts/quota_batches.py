"""Quotas: what they say of a case, and batches in which the claims of an item are ranked or share a pot."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Fen, Id, Model, Query, ServiceName, Why
from contracts.refusal_grounds import OwnGrounds
from contracts.rule import Quota

QuotaOutcome = Literal[
    "served",  # 足额
    "reduced",  # 按余额
    "used_up",  # 已用完
    "waits",  # 等先提交的办结
    "awaits_batch",  # 待编制批次
    "allotted",  # 已列入批次
    "not_served",  # 未列入批次
    "undetermined",  # 不能计算
]
"""What a quota says of a case now."""

BatchState = Literal["drawn", "proposed", "fixed", "declined"]
"""已编制 · 待确定 · 已确定 · 已作废."""

LineOutcome = Literal["served", "reduced", "not_served", "undetermined", "not_ready"]
"""全额 · 减少 · 未列入 · 不能排序 · 未办到审批."""


class CaseQuota(Model):
    """What one quota of its item says of a case as things stand. `number` counts the item's quotas from 1.

    `limits_zh` is the quota in words, `left_zh` what is left of it; `earlier` is how many open claims were filed before.
    """

    number: int
    limits_zh: str
    outcome: QuotaOutcome
    left_zh: str = ""
    earlier: int = 0
    text_zh: str


class BatchLine(Model):
    """One claim of a batch: what it asked of the quota, its place in the order, what it is allotted, and why.

    `amount_fen` is what the rule gives it, before this quota. `tied_with`: how many others the measures do not tell from it.
    `not_ready_zh`: what still stands against it, where it had not come to its approval.
    """

    case_id: Id
    receipt: str
    enterprise_name: str
    filed_at: datetime
    amount_fen: Fen | None
    place: int | None = None
    outcome: LineOutcome
    allotted_fen: Fen = 0
    reason: str
    tied_with: int = 0
    not_ready_zh: str = ""


class BatchSummary(Model):
    """A batch without its lines. `quota_zh` is the quota in words, `before_zh` what was left of it before."""

    batch_id: Id
    item_id: Id
    item_title: str
    department: str
    number: int
    name: str
    until: date
    state: BatchState
    quota_zh: str
    before_zh: str
    claims: int
    served: int
    allotted_fen: Fen
    drawn_by: Id
    drawn_at: datetime
    proposed_by: Id | None = None
    proposed_at: datetime | None = None
    decided_by: Id | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    version: int


class QuotaBatchView(BatchSummary):
    """A batch as it was drawn up: its claims in the order in which they are served, those that are not ready last."""

    quota: Quota
    lines: tuple[BatchLine, ...] = ()


class QuotaBatchList(Model):
    items: tuple[BatchSummary, ...] = ()


BatchName = Field(min_length=2, max_length=60)


class DrawUpBatch(Command[QuotaBatchView]):
    """Rank the claims of an item, or divide a pot among them: all that were filed until the end of the day `until` and are
    not in an earlier fixed batch. `number` is the item's quota, counted from 1, as its newest version says it.

    Those that have not come to their approval are named and left out, unless `with_unready`. Nothing follows from it
    before a second person fixes it.
    """

    owner: ClassVar[ServiceName] = "review"

    item_id: Id
    number: int = Field(default=1, ge=1, le=10)
    name: str = BatchName
    until: date
    with_unready: bool = False


class ProposeFixing(Command[QuotaBatchView]):
    """Put a batch that was drawn up to a second person. Refused if any of its cases has changed since."""

    owner: ClassVar[ServiceName] = "review"

    batch_id: Id
    expected_version: int


class FixBatch(Command[QuotaBatchView]):
    """A second person fixes it: each claim that is served may now be approved with exactly what it was allotted. Refused if
    any of its cases, or what is left of the quota, has changed since it was drawn up."""

    owner: ClassVar[ServiceName] = "review"

    batch_id: Id
    expected_version: int


class DeclineBatch(Command[QuotaBatchView]):
    """It is not fixed, and why; a new one may be drawn up."""

    owner: ClassVar[ServiceName] = "review"

    batch_id: Id
    why: Why
    expected_version: int


class UnservedRefused(Model):
    """How many cases were refused, and how many of the batch are still to be refused."""

    refused: int
    left: int


class RefuseUnserved(Command[UnservedRefused]):
    """Refuse the cases that a fixed batch leaves out, each with its own reason; at most 500 at once.

    The ground of each is the batch that leaves it out; `other_grounds` are all their own. `how_to_object` is said behind the
    sentence of the remedies, as in RejectCase.
    """

    owner: ClassVar[ServiceName] = "review"

    batch_id: Id
    reason: str = Field(min_length=4, max_length=300)
    how_to_object: str = Field(default="", max_length=500)
    other_grounds: OwnGrounds = ()


class ListBatches(Query[QuotaBatchList]):
    """Batches of the actor's department, or of one item, the last at the top."""

    owner: ClassVar[ServiceName] = "review"

    item_id: Id | None = None
    state: BatchState | None = None


class GetBatch(Query[QuotaBatchView]):
    """One batch with its lines: what it would come to while it is not fixed."""

    owner: ClassVar[ServiceName] = "review"

    batch_id: Id
