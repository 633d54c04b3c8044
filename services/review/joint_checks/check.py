"""One answer to a joint check, and why it cannot be taken. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.case_steps import SlotVerdict
from contracts.case_tasks import TaskView
from contracts.joint_checks import JOINT_ANSWERS, AnswerJointCheck, JointAnswer, JointAnswerView
from contracts.message import TenantId
from contracts.refusal import Conflict, Invalid, Refused

VERDICTS: dict[JointAnswer, SlotVerdict] = {
    "clear": "passed",
    "no_record": "passed",
    "barred": "failed",
    "not_ours": "withdrawn",
}
"""What an answer makes of its slot: *not ours* leaves it open."""

AGAINST = ("ground", "condition", "basis")
"""What has to be said of a bar."""

AGAINST_NAMES = {"ground": "不符合的情形", "condition": "具体情况", "basis": "依据"}
RECORD = re.compile(r"[0-9]{11,}")
"""Telephones, identity numbers, accounts: they belong to records."""


class NotAJointCheck(Conflict):
    code = "not_a_joint_check"
    sentence = "该任务不是联合审核，请在办件页面办理。"


class JointSourceNotYours(Invalid):
    code = "joint_source_not_yours"
    sentence = "答复来源只能是本部门，或本部门可以代表的数据来源：{sources}。"


class JointAsOfInFuture(Invalid):
    code = "joint_as_of_in_future"
    sentence = "数据日期不能晚于今天。"


class JointBarIncomplete(Invalid):
    code = "joint_bar_incomplete"
    sentence = "答复“不予通过”须写明{what}。"


class JointGroundNotPublished(Invalid):
    """A claim is barred by what the document has published, and by nothing else."""

    code = "joint_ground_not_published"
    sentence = "不予通过的情形须是该事项已公布的条件之一：{grounds}。"


class JointGroundWithoutBar(Invalid):
    code = "joint_ground_without_bar"
    sentence = "只有答复“不予通过”时才填写{what}，请清空或改为“不予通过”。"


class JointRemarkNeeded(Invalid):
    code = "joint_remark_needed"
    sentence = "答复“不属于本部门职责”须说明理由，并尽量写明应由哪个部门答复。"


class JointNoRecordUnexplained(Invalid):
    """Nothing on a list of bars is no bar; nothing on a list on which the firm has to stand is one."""

    code = "joint_no_record_unexplained"
    sentence = "该事项没有公布核查条件：请说明为何“无相关记录”等于无异议；应有记录而没有的，请答复“不予通过”。"


class JointTextIsRecord(Invalid):
    code = "joint_text_is_record"
    sentence = "请用一句话说明结论，不要填写证件号码、账号、电话等原始记录。"


class JointAnswerGiven(Conflict):
    code = "joint_answer_given"
    sentence = "该任务已有答复，不能再答“不属于本部门职责”；需要更正的，请改为其他答复。"


class NobodyElseToAsk(Conflict):
    """The item's own department answers for what is nobody else's."""

    code = "nobody_else_to_ask"
    sentence = (
        "按计划用语，“{slot}”没有其他部门可以答复。请先在“计划用语”中对应到应答部门，再转交；或由本部门核查后答复。"
    )


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer to a task, as it was given; `number` counts those of the task."""

    tenant: TenantId
    task_id: str
    number: int
    case_id: str
    step: int
    slot: str
    answer: JointAnswer
    source: str
    as_of: date
    ground: str | None
    condition: str | None
    basis: str | None
    remark: str
    department: str
    department_id: str | None
    by: str
    by_system: bool
    at: datetime

    @property
    def verdict(self) -> SlotVerdict:
        return VERDICTS[self.answer]

    @property
    def evidence(self) -> dict[str, Any]:
        """What the case keeps with it."""
        said = {name: getattr(self, name) for name in ("answer", "source", "remark", *AGAINST) if getattr(self, name)}
        told = {"as_of": self.as_of.isoformat(), "task_id": self.task_id, "number": self.number}
        whose = {"tenant": self.tenant, "department_id": self.department_id, "by_system": self.by_system}
        return said | told | whose

    def words(self) -> str:
        """For those who decide the case."""
        said = JOINT_ANSWERS[self.answer]
        against = [self.ground, self.condition, f"依据：{self.basis}"] if self.answer == "barred" else []
        told = [said, *(each for each in against if each), *([self.remark] if self.remark else [])]
        return f"{'；'.join(told)}（来源：{self.source}，数据截至 {self.as_of.isoformat()}）"

    def public_words(self, grounds: Collection[str]) -> str:
        """For whoever follows the case: the answer, and of a bar the published condition and nothing more."""
        published = f"（公布条件：{self.ground}）" if self.answer == "barred" and self.ground in grounds else ""
        return f"{self.department}答复：{JOINT_ANSWERS[self.answer]}{published}"


def misfits(
    said: AnswerJointCheck, task: TaskView, grounds: Collection[str], sources: Collection[str], today: date
) -> list[Refused]:
    """Everything about an answer that does not fit."""
    found: list[Refused] = []
    if said.source not in sources:
        found.append(JointSourceNotYours(sources="、".join(sources), field="source"))
    if said.as_of > today:
        found.append(JointAsOfInFuture(field="as_of"))
    found += _about_bar(said, grounds)
    if said.answer == "not_ours" and task.state == "answered":
        found.append(JointAnswerGiven(field="answer"))
    if said.answer == "not_ours" and not said.remark.strip():
        found.append(JointRemarkNeeded(field="remark"))
    if said.answer == "no_record" and not grounds and not said.remark.strip():
        found.append(JointNoRecordUnexplained(field="remark"))
    texts = {name: getattr(said, name) for name in (*AGAINST, "remark")}
    found += [JointTextIsRecord(field=name) for name, text in texts.items() if text and RECORD.search(text)]
    return found


def _about_bar(said: AnswerJointCheck, grounds: Collection[str]) -> list[Refused]:
    given = {name for name in AGAINST if (getattr(said, name) or "").strip()}
    if said.answer != "barred":
        return [JointGroundWithoutBar(what=AGAINST_NAMES[each], field=each) for each in AGAINST if each in given]
    found: list[Refused] = [
        JointBarIncomplete(what=AGAINST_NAMES[each], field=each) for each in AGAINST if each not in given
    ]
    if "ground" in given and grounds and said.ground not in grounds:
        found.append(JointGroundNotPublished(grounds="；".join(grounds), field="ground"))
    return found


def answer_view(given: GivenAnswer, *, counts: bool) -> JointAnswerView:
    """An answer as those who may see it read it."""
    said = {name: getattr(given, name) for name in JointAnswerView.model_fields if hasattr(given, name)}
    return JointAnswerView(**said, answered_by=given.by, answered_at=given.at, counts=counts)
