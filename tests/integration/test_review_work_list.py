"""The department's work list on a real database: in order of time left, searched, counted, with what stands beside a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_materials import MaterialConfirmation
from contracts.case_sheet import CaseSheet, GetCaseSheet
from contracts.message import Actor
from contracts.review import (
    CaseCounts,
    CaseNeighbours,
    CaseView,
    ConfirmMaterials,
    CountCases,
    GetCaseNeighbours,
    ListCases,
    RejectCase,
)
from tests.remedies import OWN_GROUNDS, REMEDIES
from tests.unit.review.review_kit import DEPARTMENT, STRANGER, application, item_rules, published

BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))
OTHER_USCC = "91360702DEM000022A"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    review = Review(service_frame("review", dsns=dsns, clock=clock), dsns).prepared()
    review.hears(published(item_rules(limit=10), item_id="item-2"), published(item_rules(limit=None), item_id="item-3"))
    return review


def filed(review: Review, receipt: str, **words: Any) -> None:
    review.hears(application(receipt=receipt, application_id=f"application-{receipt}", **words))


def receipts(review: Review, actor: Actor = BUREAU, **where: Any) -> list[str]:
    page = review.asked(ListCases(**where), actor=actor)["ok"]
    return [each["claim"]["receipt"] for each in page["items"]]


def case_of(review: Review, receipt: str) -> CaseView:
    (case,) = review.asked(ListCases(about=receipt), actor=BUREAU)["ok"]["items"]
    return CaseView.model_validate(case)


def counted(review: Review, **where: Any) -> CaseCounts:
    return CaseCounts.model_validate(review.asked(CountCases(**where))["ok"])


def three(review: Review) -> None:
    """One with five working days, one with ten, one with no limit; the last was filed first."""
    filed(
        review, "ZD-2026-0003", item_id="item-3", at=NOON - timedelta(hours=2), enterprise_name="赣州虔矿机电有限公司"
    )
    filed(review, "ZD-2026-0002", item_id="item-2", at=NOON - timedelta(hours=1), uscc=OTHER_USCC)
    filed(review, "ZD-2026-0001", enterprise_name="章贡示例精工有限公司", estimated_fen=None)


def test_those_with_the_least_time_left_stand_first_and_those_without_a_limit_last(review: Review) -> None:
    three(review)
    assert receipts(review, order="due") == ["ZD-2026-0001", "ZD-2026-0002", "ZD-2026-0003"]
    assert receipts(review) == ["ZD-2026-0003", "ZD-2026-0002", "ZD-2026-0001"]


def test_a_list_by_time_left_is_paged_without_losing_those_that_have_no_limit(review: Review) -> None:
    three(review)
    seen, cursor = [], None
    while True:
        page = review.asked(ListCases(order="due", limit=1, cursor=cursor))["ok"]
        seen += [each["claim"]["receipt"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["ZD-2026-0001", "ZD-2026-0002", "ZD-2026-0003"]


def test_one_box_takes_a_receipt_number_a_credit_code_and_a_part_of_a_name(review: Review) -> None:
    three(review)
    assert receipts(review, about=" zd-2026-0002 ") == ["ZD-2026-0002"]
    assert receipts(review, about="ＺＤ－２０２６－０００２") == ["ZD-2026-0002"]
    assert receipts(review, about=OTHER_USCC.lower()) == ["ZD-2026-0002"]
    assert receipts(review, about="虔矿") == ["ZD-2026-0003"]
    assert receipts(review, about="%") == []


def test_nobody_finds_a_case_of_another_department_or_tenant(review: Review) -> None:
    three(review)
    assert receipts(review, STRANGER, about="ZD-2026-0001") == []
    answer = review.asked(ListCases(about="ZD-2026-0001"), tenant="xingguo", actor=BUREAU)["ok"]
    assert answer["items"] == []
    assert counted_by(review, STRANGER) == {}


def counted_by(review: Review, actor: Actor) -> dict[str, int]:
    states: dict[str, int] = review.asked(CountCases(), actor=actor)["ok"]["states"]
    return states


def test_only_those_whose_time_is_up_are_overdue(review: Review, clock: FixedClock) -> None:
    three(review)
    assert receipts(review, overdue=True) == []
    clock.advance(timedelta(days=9))
    assert receipts(review, overdue=True) == ["ZD-2026-0001"]
    assert counted(review).overdue == 1


def test_counts_say_what_another_value_of_the_filter_would_leave(review: Review) -> None:
    three(review)
    case = case_of(review, "ZD-2026-0002")
    refusal = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料不符", expected_version=case.version
    )
    assert review.ordered(refusal)["ok"]["state"] == "rejected"
    counts = counted(review, state="accepted")
    assert counts.states == {"accepted": 2, "rejected": 1}
    assert [(each.item_id, each.item_title, each.count) for each in counts.items] == [
        ("item-1", "研发投入补助", 1),
        ("item-3", "研发投入补助", 1),
    ]
    assert counted(review, item_id="item-2", state="accepted").states == {"rejected": 1}
    assert counted(review, about="虔矿").states == {"accepted": 1}


def test_a_case_knows_what_stands_before_and_behind_it_in_the_list_that_it_was_opened_from(review: Review) -> None:
    three(review)
    first, second, third = (case_of(review, f"ZD-2026-000{n}").case_id for n in (1, 2, 3))

    def beside(case_id: str, **where: Any) -> tuple[str | None, str | None]:
        answer = review.asked(GetCaseNeighbours(case_id=case_id, **where))["ok"]
        found = CaseNeighbours.model_validate(answer)
        return found.previous_id, found.next_id

    assert beside(first) == (None, second)
    assert beside(second) == (first, third)
    assert beside(third) == (second, None)
    assert beside(second, order="accepted") == (third, first)
    assert beside(second, item_id="item-1") == (first, None)
    assert review.asked(GetCaseNeighbours(case_id="nobody"))["refused"]["code"] == "case_not_found"


def test_a_case_that_has_just_been_decided_still_leads_to_the_next_one(review: Review) -> None:
    three(review)
    first, second = case_of(review, "ZD-2026-0001"), case_of(review, "ZD-2026-0002")
    review.ordered(
        RejectCase(other_grounds=OWN_GROUNDS, case_id=first.case_id, reason="材料不符", expected_version=first.version)
    )
    answer = review.asked(GetCaseNeighbours(case_id=first.case_id, state="accepted"))["ok"]
    assert answer == {"previous_id": None, "next_id": second.case_id}


def test_a_refusal_keeps_what_it_rests_on_and_how_one_objects(review: Review) -> None:
    three(review)
    case = case_of(review, "ZD-2026-0001")
    refusal = RejectCase(
        other_grounds=OWN_GROUNDS,
        case_id=case.case_id,
        reason="研发投入未达到要求",
        cites=("《章贡区科技创新若干措施》（章府发〔2026〕3 号）",),
        how_to_object="可向区科技局反映，电话 0797-0000000",
        expected_version=case.version,
    )
    answer = review.ordered(refusal)["ok"]
    said = f"{REMEDIES.sentence_zh}{refusal.how_to_object}"
    assert (answer["cites"], answer["how_to_object"]) == (list(refusal.cites), said)
    ((body,),) = review.rows("SELECT body FROM outbox WHERE type = 'CaseRejected'")
    assert refusal.cites[0] in body
    assert refusal.how_to_object in body
    assert case_of(review, "ZD-2026-0001").cites == refusal.cites


@pytest.fixture
def with_materials(review: Review) -> CaseView:
    """A case of a plan with three materials and an inspection; a pledge was signed in stead of one."""
    rules = item_rules(inspection=True).model_dump(mode="json")
    rules["plan"]["materials"] = [
        {"code": "audit_report", "name": "审计报告", "commitment": "承诺所报研发投入真实"},
        {"code": "tax_proof", "name": "完税证明", "commitment": "承诺依法纳税"},
        {"code": "licence", "name": "营业执照", "provided_by": "data_exchange"},
    ]
    review.hears(published(type(item_rules()).model_validate(rules), item_id="item-4"))
    said = application(receipt="ZD-2026-0004", item_id="item-4")
    review.hears(said.model_copy(update={"commitments": ("audit_report",)}))
    return case_of(review, "ZD-2026-0004")


def sheet_of(review: Review, case: CaseView) -> CaseSheet:
    return CaseSheet.model_validate(review.asked(GetCaseSheet(case_id=case.case_id))["ok"])


def test_the_sheet_shows_the_plans_materials_with_the_pledges_that_were_signed_in_their_stead(
    review: Review, with_materials: CaseView
) -> None:
    answers = [MaterialConfirmation(code=code, means="original_seen") for code in ("tax_proof", "licence")]
    seen = {"case_id": with_materials.case_id, "materials": tuple(answers)}
    with_materials = CaseView.model_validate(
        review.ordered(ConfirmMaterials(**seen, expected_version=with_materials.version))["ok"]
    )
    with_materials = review.inspected(with_materials, findings="设备在用", place="车间")
    sheet = sheet_of(review, with_materials)
    assert [(each.name, each.pledge) for each in sheet.materials] == [
        ("审计报告", "承诺所报研发投入真实"),
        ("完税证明", None),
        ("营业执照", None),
    ]
    assert sheet.inspection is not None
    assert (sheet.inspection.place, sheet.inspection.findings) == ("车间", "设备在用")
    assert sheet.account_version == 1
    assert sheet.case.claim.department == DEPARTMENT


def test_the_sheet_shows_who_answers_for_a_material(review: Review, with_materials: CaseView) -> None:
    assert sheet_of(review, with_materials).case.unconfirmed_materials == ("tax_proof", "licence")
    confirmed = ConfirmMaterials(
        case_id=with_materials.case_id,
        materials=(MaterialConfirmation(code="licence", means="data_exchange"),),
        expected_version=with_materials.version,
    )
    assert review.ordered(confirmed)["ok"]["unconfirmed_materials"] == ["tax_proof"]
    _audit, tax_proof, licence = sheet_of(review, with_materials).materials
    assert tax_proof.confirmed is None
    assert licence.confirmed is not None
    assert (licence.confirmed.name, licence.confirmed.means) == ("营业执照", "data_exchange")
