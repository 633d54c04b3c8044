"""随申报材料: what was given stays with the case as it was, and comes to tenants that act in it."""

from __future__ import annotations

from contracts.given_materials import FiledMaterial
from services.review.cases.filed_materials import FiledMaterials, brought_id, origin_of
from tests.unit.review.acceptance_kit import Desk
from tests.unit.review.review_kit import opened, review_unit

INVOICE = FiledMaterial(
    code="invoices", material_id="m1", name="设备发票", sha256="a" * 64, size=1200, kept_in="zhanggong"
)


def test_what_came_with_a_claim_is_kept_beside_its_case() -> None:
    unit = review_unit()
    case = opened(unit, materials=(INVOICE,))
    assert unit.of(FiledMaterials).filed == {case.id: (INVOICE,)}


def test_a_claim_without_materials_keeps_none() -> None:
    unit = review_unit()
    opened(unit)
    assert unit.of(FiledMaterials).filed == {}


def test_what_answers_a_supplement_is_given_for_the_case_too() -> None:
    desk = Desk(acceptance={"by": "machine"})
    asked = desk.ask(("material", "invoices", "missing"))
    desk.answer(asked, {"code": "invoices", "files": ["b" * 64, "c" * 64]})
    brought = desk.uow.of(FiledMaterials).brought
    assert [(round, code, sha256[0], where) for _case, round, code, sha256, where in brought] == [
        (1, "invoices", "b", "zhanggong"),
        (1, "invoices", "c", "zhanggong"),
    ]


def test_a_later_instalment_rests_on_what_was_given_for_the_first() -> None:
    assert origin_of("case-2", "case-1") == ("case-2", "case-1")
    assert origin_of("case-1", None) == ("case-1",)


def test_the_same_paper_brought_twice_is_one_material_and_in_another_case_another() -> None:
    assert brought_id("c1", "invoices", "a" * 64) == brought_id("c1", "invoices", "a" * 64)
    assert brought_id("c1", "invoices", "a" * 64) != brought_id("c2", "invoices", "a" * 64)
