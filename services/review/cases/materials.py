"""材料核对: which materials a case needs, and what was found of each. Pure.

What review cannot see for itself must not be paid on: an officer answers by name for every required material, unless the
applicant has signed the pledge that may stand in for it. A material that is taken provisionally (容缺受理) lets the review go on,
and not the money.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from contracts.case_materials import MATERIAL_FINDINGS, ConfirmedMaterial, MaterialConfirmation, MaterialFinding
from contracts.message import SYSTEM
from contracts.refusal import Conflict, Invalid, Reason
from contracts.rule import Plan

ANSWERED_FOR: frozenset[MaterialFinding] = frozenset({"good", "commitment"})
"""With these nothing stands against approval."""

LETS_REVIEW_GO_ON: frozenset[MaterialFinding] = ANSWERED_FOR | {"provisional"}


class MaterialsUnconfirmed(Conflict):
    code = "material_unconfirmed"
    sentence = "须先核对申报材料：{names}。"


class MaterialsAtFault(Conflict):
    """Somebody has looked at them, and they are not good."""

    code = "material_at_fault"
    sentence = "申报材料有问题：{names}；请通知企业补正，或说明理由不予批准。"


class MaterialsOutstanding(Conflict):
    """Taken provisionally: the review goes on, the money does not."""

    code = "material_outstanding"
    sentence = "容缺受理的材料还没有补齐：{names}；补齐并核对后方可批准。"


class MaterialNotNeeded(Invalid):
    """A confirmation names a material that the case does not rest on, or the same one twice."""

    code = "material_not_needed"
    sentence = "该办件不需要核对这份材料，或同一份材料填写了两次：{code}。"


class FindingIncomplete(Invalid):
    """What is said of a material does not fit together."""

    code = "material_finding_incomplete"
    sentence = "材料核对结果填写不完整，请按提示补充。"


@dataclass(frozen=True, slots=True)
class RequiredMaterial:
    """A required material of the plan in whose stead nothing was signed. `may_be_pledged`: the plan lets a pledge stand in."""

    code: str
    name: str
    may_be_pledged: bool = False


def needed_by(plan: Plan, commitments: Collection[str]) -> tuple[RequiredMaterial, ...]:
    """What somebody has to answer for before a claim under this plan is granted.

    A pledge counts only where the plan lets one stand in, whatever was signed.
    """
    return tuple(
        RequiredMaterial(each.code, each.name, each.commitment is not None)
        for each in plan.materials
        if each.required and not (each.commitment is not None and each.code in commitments)
    )


@dataclass(frozen=True, slots=True)
class CaseMaterials:
    """What a case needs, and the latest finding of each that somebody has looked at."""

    needed: tuple[RequiredMaterial, ...] = ()
    confirmed: tuple[ConfirmedMaterial, ...] = field(default=())

    @property
    def unconfirmed(self) -> tuple[RequiredMaterial, ...]:
        """Those that nobody answers for."""
        return self._without(ANSWERED_FOR)

    @property
    def unsettled(self) -> tuple[RequiredMaterial, ...]:
        """Those that keep the check from being passed."""
        return self._without(LETS_REVIEW_GO_ON)

    @property
    def outstanding(self) -> tuple[ConfirmedMaterial, ...]:
        """Those that were taken provisionally."""
        return tuple(each for each in self.confirmed if each.finding == "provisional")

    def obstacles(self, *, checked: bool) -> list[Conflict]:
        """What stands against approval. `checked`: the check is passed, or no step of the plan."""
        found: list[Conflict] = []
        latest = {each.code: each for each in self.confirmed}
        unseen = [each.name for each in self.needed if each.code not in latest]
        bad = [each for each in self.confirmed if each.finding not in LETS_REVIEW_GO_ON]
        if unseen and not checked:
            found.append(MaterialsUnconfirmed(names="、".join(unseen)))
        if bad:
            said = (f"{each.name}（{MATERIAL_FINDINGS[each.finding]}）" for each in bad)
            found.append(MaterialsAtFault(names="、".join(said)))
        if self.outstanding:
            said = (f"{each.name}（{each.until:%Y-%m-%d} 前补交）" for each in self.outstanding)
            found.append(MaterialsOutstanding(names="、".join(said)))
        return found

    def with_confirmed(
        self, said: Sequence[MaterialConfirmation], by: str, at: datetime, today: date
    ) -> tuple[CaseMaterials, tuple[ConfirmedMaterial, ...]]:
        """These with what is said now, and that alone. Raises MaterialNotNeeded or FindingIncomplete with all that is wrong."""
        needed = {each.code: each for each in self.needed}
        codes = [each.code for each in said]
        wrong = [code for place, code in enumerate(codes) if code not in needed or code in codes[:place]]
        if wrong:
            raise MaterialNotNeeded(*map(_reason, dict.fromkeys(wrong)), code="、".join(dict.fromkeys(wrong)))
        faults = [each for place, one in enumerate(said) for each in _faults(one, place, needed[one.code], today)]
        if faults:
            raise FindingIncomplete(*faults)
        news = tuple(
            ConfirmedMaterial(**each.model_dump(), name=needed[each.code].name, confirmed_by=by, confirmed_at=at)
            for each in said
        )
        kept = tuple(each for each in self.confirmed if each.code not in codes)
        return CaseMaterials(self.needed, (*kept, *news)), news

    def on_list(self, by: str, at: datetime) -> CaseMaterials:
        """All of them answered for by the department whose list the case is a line of."""
        said = [MaterialConfirmation(code=each.code, means="department_list") for each in self.needed]
        return self.with_confirmed(said, by, at, at.date())[0] if said else self

    def sent_back(self, codes: Collection[str]) -> CaseMaterials:
        """These without what was found of some: somebody has to look at them again."""
        return CaseMaterials(self.needed, tuple(each for each in self.confirmed if each.code not in codes))

    def overdue(self, at: datetime, today: date) -> tuple[ConfirmedMaterial, ...]:
        """Those taken provisionally whose day is over, as they count from then on: missing."""
        late = [each for each in self.outstanding if each.until is not None and each.until < today]
        said = {"finding": "missing", "note": "容缺期限已过，材料未补交", "confirmed_by": SYSTEM.id, "confirmed_at": at}
        return tuple(each.model_copy(update=said) for each in late)

    def with_findings(self, news: Collection[ConfirmedMaterial]) -> CaseMaterials:
        """These with findings that count from now on."""
        codes = {each.code for each in news}
        return CaseMaterials(self.needed, (*(each for each in self.confirmed if each.code not in codes), *news))

    def _without(self, good: Collection[MaterialFinding]) -> tuple[RequiredMaterial, ...]:
        there = {each.code for each in self.confirmed if each.finding in good}
        return tuple(each for each in self.needed if each.code not in there)


NOTHING_NEEDED = CaseMaterials()


def _reason(code: str) -> Reason:
    return Reason(code=MaterialNotNeeded.code, message=f"不需要核对的材料：{code}。", field="materials")


def _faults(said: MaterialConfirmation, place: int, needed: RequiredMaterial, today: date) -> Iterator[Reason]:
    """Everything that does not fit together in what is said of one material."""

    def fault(of: str, text: str) -> Reason:
        return Reason(code=FindingIncomplete.code, message=f"“{needed.name}”{text}。", field=f"materials.{place}.{of}")

    if said.finding == "good" and said.means is None:
        yield fault("means", "齐全有效的，须选择核对方式")
    if said.finding == "commitment" and not needed.may_be_pledged:
        yield fault("finding", "按办理方案不能以承诺代替")
    if said.finding not in LETS_REVIEW_GO_ON and len(said.note.strip()) < 2:
        yield fault("note", "缺少、有误或已过期的，须写明问题，以便告知企业")
    if said.finding == "provisional" and (said.until is None or said.until < today):
        yield fault("until", "容缺受理的，须写明今天或以后的补交日期")
    if said.finding != "provisional" and said.until is not None:
        yield fault("until", "只有容缺受理才写补交日期")
