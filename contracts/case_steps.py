"""The steps of a case: what its pinned plan asks for, who has answered what, and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from contracts.message import Id, Model, TenantId

StepKind = Literal[
    "acceptance",  # 受理
    "material_check",  # 材料审核
    "joint_check",  # 联合审核
    "panel",  # 评估评审
    "site_inspection",  # 现场勘查
    "public_notice",  # 公示
    "recheck",  # 分期复核
    "approval",  # 审批
]

StepState = Literal["waiting", "open", "passed", "failed", "skipped"]
"""Its turn has not come; somebody has to answer; it is passed; it stands against the claim; nobody needs to answer any more."""

SlotVerdict = Literal["passed", "failed", "withdrawn"]
"""What one answer says of its slot. A later answer counts instead of an earlier one; `withdrawn` opens the slot again."""


PauseCause = Literal["supplement", "objection", "excluded_step", "reopened"]
"""Why a case's clock stands still: the enterprise supplements, an objection is looked into, a step that the item excludes
from the limit with its basis, the case was reopened."""


class SlotView(Model):
    """One answer that a step waits for or has: of a department, of a duty, or the only one (an empty `slot`).

    `department` is who has to answer by the register, `tenant` whose department that is; `by` the person who has answered.
    `due_at` and `awaits_year` as of any deadline.
    """

    slot: str
    state: StepState
    task_id: Id | None = None
    tenant: TenantId | None = None
    department: str | None = None
    department_id: Id | None = None
    by: Id | None = None
    at: datetime | None = None
    reason: str = ""
    due_at: datetime | None = None
    awaits_year: int | None = None


class StepView(Model):
    """One step of the plan as it stands. `number` counts from 1; acceptance is 0."""

    number: int
    kind: StepKind
    state: StepState
    slots: tuple[SlotView, ...]
