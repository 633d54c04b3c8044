"""随申报材料: of the applicant's own file, of the plan, valid today; all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.given_materials import GivenMaterial
from contracts.intake import ApplicationSubmitted, SubmitApplication
from contracts.rule import Fact
from services.intake.applications.domain import ApplicationRefused
from services.intake.applications.given import about_materials, filed_materials
from services.intake.applications.use_cases import submit_application
from services.intake.catalog_copies.domain import Applicant, MaterialCopy, PublishedItem
from services.intake.catalog_copies.materials import MaterialCopies
from tests.unit.intake.conftest import sample_content

SampleItem = Callable[..., PublishedItem]
SampleEnterprise = Callable[..., Applicant]
TODAY = date(2026, 3, 10)
PLAN = sample_content("SD-002").rules.plan
CODE = next(each.code for each in PLAN.materials if each.commitment)


def paper(id: str = "m1", **changes: Any) -> MaterialCopy:
    said = {"valid_from": date(2026, 1, 1), "valid_until": None, "name": "设备发票"}
    return MaterialCopy(material_id=id, tenant="360702", sha256="a" * 64, size=100, **(said | changes))


class MemoryMaterialCopies:
    def __init__(self) -> None:
        self.unit: FakeUnit | None = None
        self.files: dict[str, dict[str, MaterialCopy]] = {"e1": {"m1": paper()}, "e2": {"m2": paper("m2")}}

    def of_enterprise(self, enterprise_id: str, ids: list[str]) -> dict[str, MaterialCopy]:
        return {id: each for id, each in self.files[enterprise_id].items() if id in ids}


@pytest.fixture
def desk(copies: Any, unit: FakeUnit, sample_item: SampleItem, sample_enterprise: SampleEnterprise) -> FakeUnit:
    """SD-002 and the enterprise of case 17 have arrived, with a material each of it and of another."""
    copies.items["SD-002"] = sample_item("SD-002")
    copies.known["e1"] = sample_enterprise(17)
    unit._stores[MaterialCopies] = MemoryMaterialCopies()
    return unit


def application(first_day: dict[str, Any], *materials: GivenMaterial) -> SubmitApplication:
    case = first_day["cases"][16]
    return SubmitApplication(
        item_id="SD-002",
        enterprise_id="e1",
        declared_facts=tuple(Fact.model_validate(each) for each in case["declared_facts"]),
        materials=materials,
    )


def test_what_is_given_goes_with_the_claim_as_it_is_and_no_pledge_is_asked_for(
    desk: FakeUnit, first_day: dict[str, Any], cipher: AesCipher
) -> None:
    submit_application(application(first_day, GivenMaterial(code=CODE, material_id="m1")), desk, cipher)
    (told,) = desk.events
    assert isinstance(told, ApplicationSubmitted)
    (filed,) = told.materials
    assert (filed.code, filed.material_id, filed.name, filed.kept_in) == (CODE, "m1", "设备发票", "360702")
    assert (filed.sha256, filed.size) == ("a" * 64, 100)


def test_another_firm_s_material_is_in_nobody_s_file_but_its_own(
    desk: FakeUnit, first_day: dict[str, Any], cipher: AesCipher
) -> None:
    with pytest.raises(ApplicationRefused) as refused:
        submit_application(application(first_day, GivenMaterial(code=CODE, material_id="m2")), desk, cipher)
    assert [each.code for each in refused.value.reasons] == ["material_not_in_file"]
    assert refused.value.rests_on == ("material",)
    assert desk.events == []


def test_everything_that_is_wrong_is_said_at_once_and_where() -> None:
    file = {
        "old": paper("old", valid_until=date(2026, 3, 9)),
        "later": paper("later", valid_from=date(2026, 3, 11)),
        "gone": paper("gone", gone="withdrawn"),
        "new": paper("new", gone="replaced"),
    }
    said = [GivenMaterial(code=CODE, material_id=id) for id in (*file, "unknown", "old")]
    said.append(GivenMaterial(code="no_such_paper", material_id="old"))
    reasons = about_materials(PLAN, said, file, TODAY)
    assert [(each.code, each.field) for each in reasons] == [
        ("material_not_valid", "materials.0.material_id"),
        ("material_not_valid", "materials.1.material_id"),
        ("material_gone", "materials.2.material_id"),
        ("material_gone", "materials.3.material_id"),
        ("material_not_in_file", "materials.4.material_id"),
        ("material_given_twice", "materials.5.material_id"),
        ("material_not_valid", "materials.5.material_id"),
        ("material_not_of_plan", "materials.6.code"),
        ("material_not_valid", "materials.6.material_id"),
    ]


@given(begins=st.integers(-400, 400), lasts=st.none() | st.integers(0, 400), gone=st.sampled_from([None, "replaced"]))
def test_a_material_is_taken_on_the_days_of_its_validity_and_on_no_other(
    begins: int, lasts: int | None, gone: str | None
) -> None:
    since = TODAY + timedelta(days=begins)
    until = None if lasts is None else since + timedelta(days=lasts)
    file = {"m1": paper(valid_from=since, valid_until=until, gone=gone)}
    said = [GivenMaterial(code=CODE, material_id="m1")]
    good = gone is None and since <= TODAY and (until is None or until >= TODAY)
    assert (about_materials(PLAN, said, file, TODAY) == []) is good
    assert filed_materials(said, file)[0].sha256 == "a" * 64
