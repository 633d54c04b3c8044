"""联合审核: what a department answers when another's case asks it, and what its task looks like to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.case_tasks import TaskView
from contracts.message import Command, Id, Model, Query, ServiceName

JointAnswer = Literal[
    "clear",  # 无异议
    "barred",  # 不予通过
    "no_record",  # 无记录
    "not_ours",  # 非本部门职责
]

JOINT_ANSWERS: Mapping[JointAnswer, str] = {
    "clear": "无异议",
    "barred": "不予通过",
    "no_record": "无相关记录",
    "not_ours": "不属于本部门职责",
}
"""What people call each answer."""

ShortText = Annotated[str, Field(min_length=2, max_length=200)]
"""A sentence, never a record."""


class JointAnswerView(Model):
    """One answer as it was given. `counts`: no later one has replaced it. `by_system`: the department's own system has answered."""

    task_id: Id
    step: int
    slot: str
    answer: JointAnswer
    source: str
    as_of: date
    ground: str | None = None
    condition: str | None = None
    basis: str | None = None
    remark: str = ""
    department: str
    answered_by: Id
    answered_at: datetime
    by_system: bool = False
    counts: bool = True


class PassedOn(Model):
    """A department that was asked before has said that this is not its to answer."""

    department: str
    reason: str


class JointCheckView(Model):
    """A task of a joint check as the department that answers sees it: no more of the case than the task says.

    `grounds` are the published conditions that it is asked about, `sources` in whose name its people may speak. `notice` says
    what became of an answer that could not count, or of the department's system.
    """

    task: TaskView
    grounds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    answers: tuple[JointAnswerView, ...] = ()
    passed_on: tuple[PassedOn, ...] = ()
    notice: str = ""
    version: int


class AnswerJointCheck(Command[JointCheckView]):
    """Answer for the department that is asked. A later answer replaces an earlier one until the case is decided.

    *clear* and *no_record* pass. *no_record* means that nothing stands on the list of bars that was looked through; where the
    plan publishes no `grounds`, `remark` says why the lack of a record is none against the firm. *barred* fails: `ground` is
    one of the published conditions where there are some, `condition` says what of it is not met, `basis` by which act or
    rule. *not_ours* does not answer: `remark` says why, and the task goes to whom the plan's words mean, else to the item's
    own department. `source` is who says so, `as_of` of which day its data are. Texts are sentences, never records.
    """

    owner: ClassVar[ServiceName] = "review"

    task_id: Id
    answer: JointAnswer
    source: Annotated[str, Field(min_length=2, max_length=60)]
    as_of: date
    ground: ShortText | None = None
    condition: ShortText | None = None
    basis: ShortText | None = None
    remark: Annotated[str, Field(max_length=200)] = ""
    expected_version: int


class GetJointCheck(Query[JointCheckView]):
    """One task of a joint check, for the department that answers."""

    owner: ClassVar[ServiceName] = "review"

    task_id: Id


class JointAnswerList(Model):
    items: tuple[JointAnswerView, ...] = ()


class ListJointAnswers(Query[JointAnswerList]):
    """Every answer that departments have given in a case, in the order in which they came, for the department that decides it."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
