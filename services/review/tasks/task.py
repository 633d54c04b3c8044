"""A task: one answer that a step of a case waits for, in the tenant that gives it. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.aggregate import Aggregate
from contracts.case_steps import StepKind
from contracts.case_tasks import TaskState, TaskView
from contracts.duties import DutyKind
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound


class TaskNotFound(NotFound):
    code = "task_not_found"
    sentence = "没有找到该任务。"


class TaskOver(Conflict):
    """It is answered, or nobody needs the answer any more."""

    code = "task_over"
    sentence = "该任务已经办结或不再需要办理，请刷新后查看。"


class TaskOfOthers(Forbidden):
    """A task is done by those who hold its duty in its department."""

    code = "task_of_others"
    sentence = "该任务由“{department}”{duty}办理，您不能办理。"


class NotOfThisDuty(Invalid):
    """A task is given to somebody who could do it."""

    code = "assignee_without_duty"
    sentence = "受托人目前没有在“{department}”担任可以办理该任务的岗位，请另选人员。"


class AssigneeAbsent(Invalid):
    """Whoever is away does nothing: their stand-in does, or somebody else."""

    code = "assignee_absent"
    sentence = "{name}已委托{stand_in}代办至 {until}，请交给代办人或其他在岗人员。"


class GivenToTheSame(Invalid):
    """Tasks are given on to somebody else."""

    code = "given_to_the_same"
    sentence = "交接前后是同一人，请另选人员，或交还本岗位全体人员。"


def task_id_of(case_id: str, number: int) -> str:
    """The id of the task that the case has given as its `number`-th: the same however often it is handed over."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"task\x1f{case_id}\x1f{number}"))


@dataclass(kw_only=True, slots=True)
class CaseTask(Aggregate):
    """One answer that is waited for. `tenant` acts; `case_tenant` is the case's. `brief` is what else the one who answers has
    to know, by the kind of step. `due_at` is the earlier end of the step's own clock and of the case's; while neither runs,
    `still` says why, as `StandsStill` does."""

    case_id: str
    case_tenant: TenantId
    claim: Claim
    kind: StepKind
    step: int
    slot: str
    department: str
    department_id: str | None
    duty: DutyKind | None
    opened_at: datetime
    due_at: datetime | None
    awaits_year: int | None = None
    still: dict[str, Any] | None = None
    holder_id: str | None = None
    holder_why: str = ""
    given_by: str | None = None
    given_at: datetime | None = None
    state: TaskState = "open"
    answered_by: str | None = None
    answered_at: datetime | None = None
    brief: dict[str, Any] = field(default_factory=dict)

    def must_be_open(self) -> None:
        """Raises TaskOver."""
        if self.state != "open":
            raise TaskOver()

    def give_to(self, person_id: str | None, why: str, by: str, at: datetime) -> None:
        """To one person, or back to everybody of the duty. Raises TaskOver."""
        self.must_be_open()
        self.holder_id, self.holder_why, self.given_by, self.given_at = person_id, why, by, at

    def answer(self, by: str, at: datetime) -> None:
        """Somebody has answered, for the first time or anew."""
        self.state, self.answered_by, self.answered_at = "answered", by, at

    def ask_again(self) -> None:
        """What was answered could not count, and the answer is still waited for."""
        self.state, self.answered_by, self.answered_at = "open", None, None

    def notice(self, text: str) -> None:
        """Tell whoever looks at it next; an empty text: there is nothing to be told any more."""
        self.brief = {name: value for name, value in self.brief.items() if name != "notice"}
        self.brief |= {"notice": text} if text else {}

    def close(self, state: TaskState, by: str | None = None, at: datetime | None = None) -> None:
        """It is answered, or void; what is over stays as it is."""
        if self.state == "open":
            self.state, self.answered_by, self.answered_at = state, by, at

    @property
    def paused(self) -> bool:
        """Whether nothing that limits it counts time now."""
        return self.still is not None

    def view(self) -> TaskView:
        """The task as whoever does it sees it, but for what the calendar says of it."""
        claim, still = self.claim, self.still or {}
        return TaskView(
            task_id=self.id,
            case_id=self.case_id,
            tenant=self.tenant,
            case_tenant=self.case_tenant,
            receipt=claim.receipt,
            item_id=claim.item_id,
            item_title=claim.item_title,
            enterprise_name=claim.enterprise_name,
            uscc=claim.uscc,
            task=self.kind,
            slot=self.slot,
            step=self.step,
            department=self.department,
            department_id=self.department_id,
            duty=self.duty,
            holder_id=self.holder_id,
            state=self.state,
            opened_at=self.opened_at,
            due_at=self.due_at,
            awaits_year=self.awaits_year,
            paused=self.paused,
            paused_by=tuple(still.get("causes", ())),
            paused_why=still.get("why"),
            paused_since=still.get("since"),
            given_by=self.given_by,
            given_at=self.given_at,
            given_why=self.holder_why or None,
            answered_by=self.answered_by,
            answered_at=self.answered_at,
            version=self.version,
        )
