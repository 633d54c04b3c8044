"""材料核对: which materials a case needs, and who answers for each. Pure.

What review cannot see for itself must not be paid on: an officer answers by name for every required material, unless the
applicant has signed the pledge that may stand in for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.case_materials import ConfirmedMaterial, MaterialConfirmation
from contracts.refusal import Conflict, Invalid, Reason
from contracts.rule import Plan


class MaterialsUnconfirmed(Conflict):
    code = "material_unconfirmed"
    sentence = "须先核对申报材料：{names}。"


class MaterialNotNeeded(Invalid):
    """A confirmation names a material that the case does not rest on, or the same one twice."""

    code = "material_not_needed"
    sentence = "该办件不需要核对这份材料，或同一份材料填写了两次：{code}。"


@dataclass(frozen=True, slots=True)
class RequiredMaterial:
    """A required material of the plan in whose stead nothing was signed."""

    code: str
    name: str


def needed_by(plan: Plan, commitments: Collection[str]) -> tuple[RequiredMaterial, ...]:
    """What somebody has to answer for before a claim under this plan is granted.

    A pledge counts only where the plan lets one stand in, whatever was signed.
    """
    return tuple(
        RequiredMaterial(each.code, each.name)
        for each in plan.materials
        if each.required and not (each.commitment is not None and each.code in commitments)
    )


@dataclass(frozen=True, slots=True)
class CaseMaterials:
    """What a case needs, and what of it is confirmed."""

    needed: tuple[RequiredMaterial, ...] = ()
    confirmed: tuple[ConfirmedMaterial, ...] = ()

    @property
    def unconfirmed(self) -> tuple[RequiredMaterial, ...]:
        there = {each.code for each in self.confirmed}
        return tuple(each for each in self.needed if each.code not in there)

    def obstacles(self) -> Sequence[MaterialsUnconfirmed]:
        """What stands against approval."""
        if not self.unconfirmed:
            return ()
        return (MaterialsUnconfirmed(names="、".join(each.name for each in self.unconfirmed)),)

    def with_confirmed(
        self, said: Sequence[MaterialConfirmation], by: str, at: datetime
    ) -> tuple[CaseMaterials, tuple[ConfirmedMaterial, ...]]:
        """These with what is said now, and that alone. Raises MaterialNotNeeded with all that is wrong."""
        names = {each.code: each.name for each in self.needed}
        codes = [each.code for each in said]
        wrong = [code for place, code in enumerate(codes) if code not in names or code in codes[:place]]
        if wrong:
            raise MaterialNotNeeded(*map(_reason, dict.fromkeys(wrong)), code="、".join(dict.fromkeys(wrong)))
        news = tuple(
            ConfirmedMaterial(code=each.code, name=names[each.code], means=each.means, confirmed_by=by, confirmed_at=at)
            for each in said
        )
        kept = tuple(each for each in self.confirmed if each.code not in codes)
        return CaseMaterials(self.needed, (*kept, *news)), news

    def on_list(self, by: str, at: datetime) -> CaseMaterials:
        """All of them answered for by the department whose list the case is a line of."""
        said = [MaterialConfirmation(code=each.code, means="department_list") for each in self.needed]
        return self.with_confirmed(said, by, at)[0] if said else self


NOTHING_NEEDED = CaseMaterials()


def _reason(code: str) -> Reason:
    return Reason(code=MaterialNotNeeded.code, message=f"不需要核对的材料：{code}。", field="materials")
