"""An objection to a public notice: who raised it is sealed, what the department answers is for whoever raised it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.public_notices import ObjectionState
from contracts.refusal import Conflict, NotFound


class ObjectionNotFound(NotFound):
    """No objection has this id, or it is another department's."""

    code = "objection_not_found"
    sentence = "没有找到该异议。"


class ObjectionUntraceable(NotFound):
    """No objection with this number and check code; which of the two is wrong is not said."""

    code = "objection_untraceable"
    sentence = "异议编号或查询码不正确，请照提交异议时的回执填写。"


class ObjectionAnsweredAlready(Conflict):
    code = "objection_answered_already"
    sentence = "该异议已经答复或已不再核查，请刷新后查看。"


@dataclass(kw_only=True, slots=True)
class NoticeObjection(Aggregate):
    """`name` and `contact` are sealed; what is shown of them is masked. `code` is the digest of the check code, keyed."""

    notice_id: str
    case_id: str
    receipt: str
    enterprise_name: str
    item_title: str
    department: str
    department_id: str | None
    number: str
    code_digest: str
    name_sealed: str
    name_masked: str
    contact_sealed: str
    contact_masked: str
    text: str
    material_sha256: str | None
    raised_at: datetime
    state: ObjectionState = "open"
    answer: str = ""
    answered_by: str | None = None
    answered_at: datetime | None = None

    @property
    def receipt_numbers(self) -> tuple[str, ...]:
        return (self.receipt,)

    def decide(self, upheld: bool, answer: str, *, by: str, at: datetime) -> None:
        """Raises ObjectionAnsweredAlready."""
        if self.state != "open":
            raise ObjectionAnsweredAlready()
        self.state = "upheld" if upheld else "not_upheld"
        self.answer, self.answered_by, self.answered_at = answer, by, at

    def drop(self, at: datetime, why: str) -> None:
        """Its case is over: nobody looks into it any more, and whoever raised it reads why."""
        if self.state == "open":
            self.state, self.answer, self.answered_at = "dropped", why, at
