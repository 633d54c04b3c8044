"""随申报材料: whether what the applicant gives is of its file, of the plan, and valid today. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from contracts.given_materials import FiledMaterial, GivenMaterial
from contracts.message import Id
from contracts.refusal import Reason
from contracts.rule import Plan
from services.intake.catalog_copies.domain import MaterialCopy

GONE = {"replaced": "已被更新的材料取代，请选用更新后的材料", "withdrawn": "已撤回，请重新选择或上传"}


def about_materials(
    plan: Plan, given: Sequence[GivenMaterial], file: Mapping[Id, MaterialCopy], today: date
) -> list[Reason]:
    """Everything that is wrong with what was given, each at its place; `file` is the applicant's own."""
    return [reason for index, each in enumerate(given) for reason in _about(index, each, given, plan, file, today)]


def filed_materials(given: Sequence[GivenMaterial], file: Mapping[Id, MaterialCopy]) -> tuple[FiledMaterial, ...]:
    """What was given, as it goes with the claim; nothing stands against any of it."""
    return tuple(file[each.material_id].filed(each) for each in given)


def _about(
    index: int,
    given: GivenMaterial,
    all_given: Sequence[GivenMaterial],
    plan: Plan,
    file: Mapping[Id, MaterialCopy],
    today: date,
) -> Iterator[Reason]:
    at = f"materials.{index}"
    if given.code not in {each.code for each in plan.materials}:
        text = f"该事项的材料清单里没有“{given.code}”"
        yield Reason(code="material_not_of_plan", message=text, field=f"{at}.code")
    if given in all_given[:index]:
        text = "同一份材料重复选择，请保留一份"
        yield Reason(code="material_given_twice", message=text, field=f"{at}.material_id")
    material = file.get(given.material_id)
    if material is None:
        text = "本企业档案里没有这份材料，或材料正在同步，请稍后再试"
        yield Reason(code="material_not_in_file", message=text, field=f"{at}.material_id")
    elif material.gone is not None:
        text = f"材料“{material.name}”{GONE[material.gone]}"
        yield Reason(code="material_gone", message=text, field=f"{at}.material_id")
    elif today < material.valid_from:
        text = f"材料“{material.name}”自 {material.valid_from} 起才有效"
        yield Reason(code="material_not_valid", message=text, field=f"{at}.material_id")
    elif material.valid_until is not None and material.valid_until < today:
        text = f"材料“{material.name}”的有效期已于 {material.valid_until} 届满，请更新后再选用"
        yield Reason(code="material_not_valid", message=text, field=f"{at}.material_id")
