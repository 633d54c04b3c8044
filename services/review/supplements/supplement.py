"""One round of a supplement: its points, its clock, its answers. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.aggregate import Aggregate
from contracts.case_events import SupplementAnswered, SupplementLapsed, SupplementPoint, SupplementRequested
from contracts.duties import Attention
from contracts.intake import Claim
from contracts.refusal import Conflict, Invalid, NotFound, Reason
from contracts.supplements import (
    AnsweredPoint,
    RequestedPoint,
    SupplementDueSoon,
    SupplementPointView,
    SupplementState,
    SupplementView,
)

WITHDRAWN = "补正期限届满未补正，按办理方案视为撤回申请"


class SupplementNotFound(NotFound):
    code = "supplement_not_found"
    sentence = "该办件没有需要补正的事项。"


class SupplementOpen(Conflict):
    """All at once: what else is to be mended waits for the answer to this."""

    code = "supplement_open"
    sentence = "该办件正在等待企业补正，补正内容应一次告知；请在企业补正后再办理。"


class SupplementOver(Conflict):
    code = "supplement_over"
    sentence = "这次补正{outcome}，不能再答复；请在“我的办件”查看进展，有疑问的请联系办理部门。"


class SupplementAsksUnknown(Invalid):
    """What is to be mended is no part of the plan, was named twice, or may not be asked for any more."""

    code = "supplement_point_unfit"
    sentence = "补正内容有误，请按提示修改。"


class SupplementNotWhole(Invalid):
    """Every point is answered, or none is."""

    code = "supplement_not_whole"
    sentence = "补正内容还不完整，请按提示补齐后一并提交。"


OUTCOMES: dict[SupplementState, str] = {"answered": "已经答复", "lapsed": "期限已过", "void": "因办件已结束而失效"}


@dataclass(kw_only=True, slots=True)
class Supplement(Aggregate):
    """What was asked for at once in a case, and what came of it. `clock` is the enterprise's time."""

    case_id: str
    round: int
    claim: Claim
    points: tuple[SupplementPointView, ...]
    clock: dict[str, Any]
    then_follows: Literal["withdrawn", "decided_as_filed"]
    before_acceptance: bool
    department: str
    requested_by: str
    requested_at: datetime
    due_at: datetime | None = None
    awaits_year: int | None = None
    state: SupplementState = "open"
    answered_by: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None

    def request(self) -> SupplementRequested:
        """What the enterprise is told; it is the case that says it."""
        points = tuple(
            SupplementPoint(**each.model_dump(include={"about", "code", "label", "fault", "text"}))
            for each in self.points
        )
        told = {"due_at": self.due_at, "awaits_year": self.awaits_year, "requested_by": self.requested_by}
        return SupplementRequested(**self._named, points=points, **told)

    def answer(self, said: Sequence[AnsweredPoint], by: str, at: datetime, attention: Attention) -> SupplementAnswered:
        """Every point is answered. Raises SupplementOver."""
        self.must_be_open()
        by_code = {each.code: each for each in said}
        self.points = tuple(each.model_copy(update={"answer": by_code[each.code]}) for each in self.points)
        self.state, self.answered_by, self.answered_at, self.ended_at = "answered", by, at, at
        return SupplementAnswered(**self._named, answered_at=at, attention=attention)

    def lapse(self, at: datetime) -> SupplementLapsed:
        """The time is over, and nobody has answered."""
        self.state, self.ended_at = "lapsed", at
        return SupplementLapsed(**self._named, then=self.then_follows)

    @property
    def due_soon(self) -> SupplementDueSoon:
        """What the enterprise is reminded of."""
        assert self.due_at is not None, "nobody is reminded of an end that is not known"
        return SupplementDueSoon(**self._named, due_at=self.due_at, then=self.then_follows)

    def fall_away(self, at: datetime) -> None:
        """The case has ended otherwise: nobody needs the answer any more."""
        if self.state == "open":
            self.state, self.ended_at = "void", at

    def must_be_open(self) -> None:
        """Raises SupplementOver."""
        if self.state != "open":
            raise SupplementOver(outcome=OUTCOMES[self.state])

    @property
    def view(self) -> SupplementView:
        claim = self.claim
        return SupplementView(
            supplement_id=self.id,
            case_id=self.case_id,
            application_id=claim.application_id,
            receipt=claim.receipt,
            item_title=claim.item_title,
            enterprise_name=claim.enterprise_name,
            round=self.round,
            state=self.state,
            points=self.points,
            before_acceptance=self.before_acceptance,
            then=self.then_follows,
            requested_by=self.requested_by,
            requested_at=self.requested_at,
            department=self.department,
            due_at=self.due_at,
            awaits_year=self.awaits_year,
            answered_by=self.answered_by,
            answered_at=self.answered_at,
            version=self.version,
        )

    @property
    def _named(self) -> dict[str, Any]:
        return {"case_id": self.case_id, "claim": self.claim, "supplement_id": self.id, "round": self.round}


def supplement_id_of(case_id: str, round: int) -> str:
    """The id of a round of a case."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"supplement\x1f{case_id}\x1f{round}"))


def must_fit(
    asked: Sequence[RequestedPoint],
    labels: Collection[tuple[str, str]],
    of_offices: Mapping[tuple[str, str], str],
    earlier: Sequence[Supplement],
    rounds: int,
) -> None:
    """Whether this may be asked: each once, of what the plan has, and in a further round only what the answer before brought.

    `of_offices`: what an office has said, and which: an enterprise does not correct that.

    Raises SupplementOpen or SupplementAsksUnknown with all reasons.
    """
    if any(each.state == "open" for each in earlier):
        raise SupplementOpen()
    last = max(earlier, key=lambda each: each.round, default=None)
    brought = {(each.about, each.code) for each in last.points if each.answer is not None} if last else set()
    reasons = []
    for place, each in enumerate(asked):
        key, where = (each.about, each.code), f"points.{place}.code"
        if key not in labels:
            what = "材料清单" if each.about == "material" else "申报表"
            reasons.append(Reason(code="supplement_code_unknown", message=f"{what}里没有“{each.code}”。", field=where))
        elif key in {(one.about, one.code) for one in asked[:place]}:
            reasons.append(Reason(code="supplement_code_twice", message=f"“{each.code}”写了不止一次。", field=where))
        elif key in of_offices:
            text = f"“{each.code}”的数据来自{of_offices[key]}，不是企业填报的；有误的请先更正企业档案。"
            reasons.append(Reason(code="supplement_of_an_office", message=text, field=where))
        elif len(earlier) >= rounds and key not in brought:
            text = f"补正应一次告知：再次补正只能针对上次补正提交的内容，不能新增“{each.code}”。"
            reasons.append(Reason(code="supplement_point_new", message=text, field=where))
    if reasons:
        raise SupplementAsksUnknown(*reasons)
