"""The lines of a bulk, and what is not decided in one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contracts.bulk_decisions import LookedAt
from contracts.message import Id
from contracts.refusal import Conflict, Forbidden, Invalid, Reason
from contracts.refusal_grounds import OwnGround
from contracts.rule import ItemRules
from rules.decisions import asked_for

APPROVE, REJECT = "approve_cases", "reject_cases"
TITLES = {APPROVE: "批量批准办件", REJECT: "批量不予批准办件"}


class CaseTwiceInBulk(Invalid):
    """Each case has one line."""

    code = "case_twice_in_bulk"
    sentence = "同一办件在一批中只能出现一次。"


class DecidedAmountInBulk(Conflict):
    """Figures that persons set are looked at one by one."""

    code = "decided_amount_in_bulk"
    sentence = "该办件的金额须逐件核定，不能批量批准，请打开办件单独办理。"


class ApprovalNotYours(Conflict):
    """Its turn has not come, or another duty's approval is next."""

    code = "approval_not_yours"
    sentence = "该办件现在没有由您办理的审批步骤。"


class BulkNotYours(Forbidden):
    code = "bulk_not_yours"
    sentence = "只有办理该批的人员或本部门负责人可以整批撤回。"


class NoBulkDecision(Invalid):
    code = "no_bulk_decision"
    sentence = "该批量任务不是批量审批，不能撤回。"


@dataclass(frozen=True, slots=True)
class BulkLine:
    """A line as it was given: a case, the version that was looked at, and what is said of a refusal."""

    line: int
    case_id: Id
    expected_version: int
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SaidOfAll:
    """What an approval in a bulk says: the rule's amount, and the opinion of all."""

    amount_fen: int
    opinion: str
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class SaidOfOne:
    """What a refusal in a bulk says."""

    reason: str | None
    cites: tuple[str, ...] = ()
    how_to_object: str = ""
    grounds: tuple[str, ...] = ()
    other_grounds: tuple[OwnGround, ...] = ()

    @classmethod
    def of(cls, said: dict[str, Any]) -> SaidOfOne:
        own = tuple(OwnGround.model_validate(each) for each in said.get("other_grounds", ()))
        cites, grounds = tuple(said["cites"]), tuple(said.get("grounds", ()))
        return cls(said["reason"], cites, said["how_to_object"], grounds, own)


def must_be_distinct(lines: Sequence[LookedAt]) -> None:
    """Raises CaseTwiceInBulk, with every line that repeats one."""
    times = Counter(each.case_id for each in lines)
    twice = [
        Reason(code=CaseTwiceInBulk.code, message=f"第 {number} 行的办件重复。", field=f"lines.{number - 1}.case_id")
        for number, each in enumerate(lines, 1)
        if times[each.case_id] > 1
    ]
    if twice:
        raise CaseTwiceInBulk(*twice)


def is_set_by_persons(decisions: Sequence[object], rules: ItemRules) -> bool:
    """Whether the amount of a case with these decisions under these rules is somebody's discretion."""
    return bool(decisions) or bool(asked_for(rules))


def common_end(own_end: datetime, begun_at: datetime, now: datetime) -> datetime:
    """When the window of a case of a bulk closes: of all at one instant, counted from when the bulk was begun; what was taken up
    when that was half over (after a crash) has its own."""
    window = own_end - now
    together = begun_at + window
    return together if together - now >= max(window / 2, timedelta()) else own_end
