"""The grounds of a case, and the refusal that is made of those that were chosen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from contracts.refusal import Conflict, Invalid, Reason, Refused
from contracts.refusal_grounds import OwnGround, RefusalGround, Remedies
from services.review.grounds.basis import RefusalBasis
from services.review.grounds.conditions import condition_grounds, missing_grounds
from services.review.grounds.findings import (
    award_grounds,
    claim_grounds,
    material_grounds,
    quota_grounds,
    step_grounds,
)

LONGEST_REASON = 1000


class RemediesNotSet(Conflict):
    """No refusal without whom one turns to (行政复议法、行政诉讼法): somebody has to enter it first."""

    code = "remedies_not_set"
    sentence = (
        "还没有录入“{department}”的行政复议机关和管辖法院，不能作出不予批准、不予受理的决定。"
        "请平台系统管理员在“地区”页本地区的“救济途径”中填写后再办理。"
    )


class RefusalWithoutGround(Invalid):
    code = "refusal_without_ground"
    sentence = "不予批准、不予受理须至少有一项理由：请从本件的理由中选择，或自行写明理由、条款和改变结果需要什么。"


class GroundUnknown(Invalid):
    """What stood in the way when it was looked at may be gone."""

    code = "ground_unknown"
    sentence = "本件现在没有这项理由（{code}），请刷新后重新选择。"


class SaidInRefusal(Protocol):
    """What is said of a refusal."""

    @property
    def reason(self) -> str | None: ...
    @property
    def cites(self) -> tuple[str, ...]: ...
    @property
    def how_to_object(self) -> str: ...
    @property
    def grounds(self) -> tuple[str, ...]: ...
    @property
    def other_grounds(self) -> tuple[OwnGround, ...]: ...


@dataclass(frozen=True, slots=True)
class GroundedRefusal:
    """A refusal as it is issued."""

    reason: str
    cites: tuple[str, ...]
    how_to_object: str
    grounds: tuple[RefusalGround, ...]
    remedies: Remedies


def grounds_of(basis: RefusalBasis) -> tuple[RefusalGround, ...]:
    """Everything that the case could be refused for, as it stands; each code once."""
    found = [
        *claim_grounds(basis),
        *condition_grounds(basis),
        *award_grounds(basis),
        *missing_grounds(basis),
        *material_grounds(basis),
        *step_grounds(basis),
        *quota_grounds(basis),
    ]
    return tuple({each.code: each for each in reversed(found)}.values())[::-1]


def own_ground(said: OwnGround, number: int, department: str, today: date) -> RefusalGround:
    """What the department says itself, as it stands beside the others."""
    return RefusalGround(
        code=f"own:{number}",
        kind="other",
        text=said.text,
        fact="主管部门认定的情况",
        value=said.text,
        source=department,
        as_of=today,
        clause=said.clause,
        would_change=said.would_change,
    )


def refusal_of(said: SaidInRefusal, basis: RefusalBasis, remedies: Remedies | None) -> GroundedRefusal:
    """What is issued. Raises RemediesNotSet, GroundUnknown or RefusalWithoutGround, with all that is wrong at once."""
    known = {each.code: each for each in grounds_of(basis)}
    wrong: list[Refused] = [RemediesNotSet(department=basis.department)] if remedies is None else []
    wrong += [
        GroundUnknown(code=code, field=f"grounds.{place}")
        for place, code in enumerate(said.grounds)
        if code not in known
    ]
    chosen = [known[code] for code in dict.fromkeys(said.grounds) if code in known]
    own = [own_ground(each, n, basis.department, basis.today) for n, each in enumerate(said.other_grounds, 1)]
    if not said.grounds and not own:
        chosen = [each for each in known.values() if each.decisive]
    if not wrong and not chosen and not own:
        wrong.append(RefusalWithoutGround(field="grounds"))
    if wrong or remedies is None:
        raise _all_of(wrong)
    return issued(said, [*chosen, *own], remedies)


def issued(said: SaidInRefusal, grounds: Sequence[RefusalGround], remedies: Remedies) -> GroundedRefusal:
    """On these grounds: what was not said is said by them."""
    reason = said.reason or "；".join(each.text for each in grounds)[:LONGEST_REASON]
    cites = said.cites or tuple(dict.fromkeys(each.clause for each in grounds))[:20]
    return GroundedRefusal(reason, cites, remedies.with_words(said.how_to_object), tuple(grounds), remedies)


def _all_of(wrong: Sequence[Refused]) -> Refused:
    first = wrong[0]
    reasons: list[Reason] = [reason for each in wrong for reason in each.reasons]
    first.reasons = tuple(reasons)
    return first
