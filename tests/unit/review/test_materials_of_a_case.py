"""What review cannot see for itself is answered for by name, or the case is not approved."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit, received
from contracts.case_materials import MaterialsConfirmed
from contracts.refusal import Refused
from contracts.review import ApproveCase, CaseApproved, ConfirmMaterials, RejectCase
from contracts.rule import Material
from services.review.cases import lists, opening, use_cases
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.store import Cases
from services.review.materials import use_cases as checking
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    LEADER,
    OFFICER,
    STRANGER,
    application,
    item_rules,
    line,
    nomination,
    review_unit,
)

AUDIT = {"code": "audit_report", "name": "审计报告", "commitment": "承诺所报研发投入真实"}
INVOICES = {"code": "invoices", "name": "设备发票"}
LICENCE = {"code": "licence", "name": "营业执照", "provided_by": "data_exchange"}
PHOTOS = {"code": "photos", "name": "现场照片", "required": False}
ALL = (AUDIT, INVOICES, LICENCE, PHOTOS)


def unit() -> FakeUnit:
    rules = item_rules()
    materials = tuple(Material.model_validate(each) for each in ALL)
    return review_unit(rules.model_copy(update={"plan": rules.plan.model_copy(update={"materials": materials})}))


def filed(uow: FakeUnit, *commitments: str) -> Case:
    said = application().model_copy(update={"commitments": commitments})
    opening.open_cases([received(said)], uow)
    uow.recorded.clear()
    (case,) = uow.of(Cases).rows.values()
    return case


def confirm(case: Case, uow: FakeUnit, version: int | None = None, **means: str) -> Any:
    said = [{"code": code, "means": how} for code, how in means.items()]
    order = ConfirmMaterials.model_validate(
        {"case_id": case.id, "materials": said, "expected_version": version or case.version}
    )
    return checking.confirm_materials(order, uow)


def approve(case: Case, uow: FakeUnit) -> Any:
    order = ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version)
    return use_cases.approve_case(order, uow)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(reason.code, reason.message) for reason in refused.value.reasons]


def test_a_case_waits_for_every_required_material_and_names_them() -> None:
    uow = unit()
    case = filed(uow)
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert reasons(refused) == [("material_unconfirmed", "须先核对申报材料：审计报告、设备发票、营业执照。")]
    assert view_of(case).unconfirmed_materials == ("audit_report", "invoices", "licence")
    assert [reason.code for reason in view_of(case).obstacles] == ["material_unconfirmed"]


def test_a_signed_pledge_stands_in_for_its_material() -> None:
    uow = unit()
    assert view_of(filed(uow, "audit_report")).unconfirmed_materials == ("invoices", "licence")


def test_a_pledge_counts_for_nothing_where_the_plan_lets_none_stand_in() -> None:
    uow = unit()
    assert view_of(filed(uow, "audit_report", "invoices", "licence")).unconfirmed_materials == ("invoices", "licence")


def test_who_answers_for_a_material_is_told_with_the_means_and_the_case_can_be_approved() -> None:
    uow = unit()
    case = filed(uow, "audit_report")
    assert confirm(case, uow, invoices="original_seen").unconfirmed_materials == ("licence",)
    assert confirm(case, uow, licence="data_exchange").unconfirmed_materials == ()
    first, second = [event for event in uow.events if isinstance(event, MaterialsConfirmed)]
    (invoices,), (licence,) = first.materials, second.materials
    assert (invoices.name, invoices.means, invoices.confirmed_by) == ("设备发票", "original_seen", OFFICER.id)
    assert (licence.code, licence.means, licence.confirmed_at) == ("licence", "data_exchange", NOON)
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert [each.code for each in refused.value.reasons] == ["steps_must_differ"], "who has checked approves nothing"
    uow.actor = LEADER
    assert approve(case, uow).state == "approved"
    assert isinstance(uow.events[-1], CaseApproved)


def test_said_again_the_latest_counts() -> None:
    uow = unit()
    case = filed(uow, "audit_report")
    confirm(case, uow, invoices="original_seen", licence="data_exchange")
    confirm(case, uow, invoices="department_list")
    assert {each.code: each.means for each in case.materials.confirmed} == {
        "invoices": "department_list",
        "licence": "data_exchange",
    }


def test_what_the_case_does_not_rest_on_cannot_be_confirmed_and_nothing_else_is() -> None:
    uow = unit()
    case = filed(uow, "audit_report")
    with pytest.raises(Refused) as refused:
        confirm(case, uow, invoices="original_seen", audit_report="original_seen", photos="original_seen")
    assert [code for code, _ in reasons(refused)] == ["material_not_needed"] * 2
    assert case.materials.confirmed == ()


def test_the_same_material_twice_in_one_order_is_refused() -> None:
    uow = unit()
    case = filed(uow)
    twice = [{"code": "invoices", "means": "original_seen"}, {"code": "invoices", "means": "data_exchange"}]
    order = ConfirmMaterials.model_validate({"case_id": case.id, "materials": twice, "expected_version": case.version})
    with pytest.raises(Refused) as refused:
        checking.confirm_materials(order, uow)
    assert [code for code, _ in reasons(refused)] == ["material_not_needed"]


def test_only_its_department_confirms_and_nobody_after_the_decision() -> None:
    uow = unit()
    case = filed(uow)
    uow.actor = STRANGER
    with pytest.raises(Refused) as refused:
        confirm(case, uow, invoices="original_seen")
    assert [code for code, _ in reasons(refused)] == ["not_your_department"]
    uow.actor = OFFICER
    with pytest.raises(Refused) as refused:
        confirm(case, uow, version=99, invoices="original_seen")
    assert [code for code, _ in reasons(refused)] == ["stale_version"]
    rejection = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.id, reason="材料与事实不符", expected_version=case.version
    )
    use_cases.reject_case(rejection, uow)
    with pytest.raises(Refused) as refused:
        confirm(case, uow, invoices="original_seen")
    assert [code for code, _ in reasons(refused)] == ["case_already_decided"]


def test_a_departments_list_answers_for_the_materials_of_its_lines() -> None:
    uow = unit()
    lists.decide_lists([received(nomination(line()))], uow)
    (case,) = uow.of(Cases).rows.values()
    assert case.state == "approved"
    assert {(each.means, each.confirmed_by) for each in case.materials.confirmed} == {("department_list", OFFICER.id)}
