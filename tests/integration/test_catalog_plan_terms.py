"""Publication finds the department in the register and names what of the plan means nothing yet, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from authoring_kit import (
    BUREAU,
    FINANCE,
    ITEM,
    MINOR,
    OWNER,
    REFORM,
    UNTIL,
    catalog_with_tenants,
    consulted_draft,
    done,
    refused,
    says,
)
from front_office import CITY, XINGGUO, ZHANGGONG, FrontOffice, Replica, intake_replica, officer_of, sample_content

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.authoring import GetAuthoredItem, ListAuthoredItems
from contracts.departments import (
    DatedName,
    DepartmentChanged,
    DepartmentFunction,
    DepartmentRegistered,
    PlanTermMapped,
    ToDepartment,
    ToDuty,
    ToSource,
)
from contracts.drafting import GetDraft, ListDrafts
from contracts.message import Actor
from contracts.plan_terms import ListUnmappedTerms
from contracts.policies import PublishPolicyItem, SuspendPolicyItem, WithdrawPolicyItem
from copies.function_words import function_of_word

DEPARTMENT = ITEM.rules.plan.department
APPROVER = {"use": "approver", "term": "政策主管部门审批岗"}
LEADER = PlanTermMapped(use="approver", term=APPROVER["term"], meaning=ToDuty(kind="leader"))
JOINT = sample_content("AH-005")
TODAY = date(2026, 3, 10)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Replica:
    return catalog_with_tenants(service_frame, service_database, clock)


def registered(id: str, name: str, *functions: DepartmentFunction) -> DepartmentRegistered:
    names = (DatedName(name=name, since=date(2020, 1, 1)),)
    return DepartmentRegistered(
        department_id=id,
        name=name,
        names=names,
        functions=frozenset(functions or ("policy",)),
        telephone="0797-1234567",
    )


def unmapped(catalog: Replica, tenant: str = ZHANGGONG, **page: Any) -> list[dict[str, Any]]:
    return list(catalog.asked(ListUnmappedTerms(**page), tenant=tenant)["ok"]["items"])


def told(catalog: Replica, event: str) -> list[dict[str, Any]]:
    said = [json.loads(body) for body in catalog.said()]
    return [each["data"] for each in said if each["type"].endswith(f".{event}")]


def test_publication_says_what_means_nothing_and_which_department_it_is(catalog: Replica) -> None:
    catalog.hears(registered("dep-1", DEPARTMENT))
    view = done(catalog, PublishPolicyItem(content=ITEM))
    assert (view["department_id"], view["unmapped"]) == ("dep-1", [APPROVER])
    assert [each["department_id"] for each in told(catalog, "PolicyPublished")] == ["dep-1"]
    authored = catalog.asked(GetAuthoredItem(item_id=view["item_id"]), actor=OWNER)["ok"]
    assert (authored["department_id"], authored["unmapped"]) == ("dep-1", [APPROVER])
    catalog.hears(LEADER)
    authored = catalog.asked(GetAuthoredItem(item_id=view["item_id"]), actor=OWNER)["ok"]
    assert authored["unmapped"] == []
    assert done(catalog, PublishPolicyItem(content=ITEM))["unmapped"] == []


def test_an_item_of_a_department_that_is_not_registered_says_so(catalog: Replica) -> None:
    view = done(catalog, PublishPolicyItem(content=ITEM))
    assert view["department_id"] is None
    assert view["unmapped"] == [{"use": "department", "term": DEPARTMENT}, APPROVER]


def test_a_department_is_found_by_the_name_that_it_has_on_that_day(catalog: Replica) -> None:
    names = (
        DatedName(name=DEPARTMENT, since=date(2020, 1, 1)),
        DatedName(name="章贡区工业和信息化局", since=TODAY + timedelta(days=1)),
    )
    catalog.hears(
        DepartmentChanged(department_id="dep-1", name=names[1].name, names=names, functions=frozenset({"policy"}))
    )
    assert done(catalog, PublishPolicyItem(content=ITEM))["department_id"] == "dep-1"
    catalog.frame.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    view = done(catalog, PublishPolicyItem(content=ITEM))
    assert view["department_id"] is None
    assert {"use": "department", "term": DEPARTMENT} in view["unmapped"]
    renamed = Actor(id="o", roles=frozenset({"department"}), department=names[1].name, department_id="dep-1")
    refused(catalog, PublishPolicyItem(content=ITEM), renamed)
    catalog.hears(PlanTermMapped(use="department", term=DEPARTMENT, meaning=ToDepartment(department_id="dep-1")))
    assert done(catalog, PublishPolicyItem(content=ITEM), renamed)["department_id"] == "dep-1"


def test_what_waits_for_a_meaning_is_listed_with_the_items_that_use_it(catalog: Replica) -> None:
    catalog.hears(registered("dep-1", DEPARTMENT))
    first = done(catalog, PublishPolicyItem(content=ITEM))
    owner = officer_of(JOINT.rules.plan.department)
    second = done(catalog, PublishPolicyItem(content=JOINT), owner)
    listed = {(each["use"], each["term"]): [item["code"] for item in each["items"]] for each in unmapped(catalog)}
    checks = {
        ("check", name): [JOINT.code]
        for step in JOINT.rules.plan.steps
        if step.kind == "joint_check"
        for name in step.departments
    }
    assert listed == {
        ("approver", APPROVER["term"]): sorted([ITEM.code, JOINT.code]),
        ("department", JOINT.rules.plan.department): [JOINT.code],
        **checks,
    }
    assert unmapped(catalog, XINGGUO) == [], "another county's items are its own"
    catalog.hears(LEADER, tenant=CITY)
    for use, name in checks:
        catalog.hears(PlanTermMapped(use="check", term=name, meaning=ToSource(source="tax")))
        assert use == "check"
    assert [each["use"] for each in unmapped(catalog)] == ["department"]
    order = {"item_id": second["item_id"], "reason": "暂停受理"}
    version = catalog.asked(GetAuthoredItem(item_id=second["item_id"]), actor=owner)["ok"]["version"]
    done(catalog, SuspendPolicyItem(**order, expected_version=version), owner)
    assert [each["use"] for each in unmapped(catalog)] == ["department"], "a suspended item comes back"
    done(catalog, WithdrawPolicyItem(**order, expected_version=version + 1), owner)
    assert unmapped(catalog) == []
    assert first["unmapped"] == [APPROVER]


def test_a_check_is_no_unmapped_word_once_a_department_is_there_for_it_here_or_above(catalog: Replica) -> None:
    owner = officer_of(JOINT.rules.plan.department)
    item = done(catalog, PublishPolicyItem(content=JOINT), owner)
    words = {each["term"] for each in unmapped(catalog) if each["use"] == "check"}
    by_tax = {word for word in words if function_of_word(word) == "taxation"}
    assert by_tax, "the sample asks the tax bureau"
    bureau = registered("dep-tax", "赣州市税务局", "taxation")
    catalog.inbox.apply([received(bureau, tenant=CITY, subject="dep-tax", sequence=1)])
    assert {each["term"] for each in unmapped(catalog) if each["use"] == "check"} == words - by_tax
    shown = catalog.asked(GetAuthoredItem(item_id=item["item_id"]), actor=owner)["ok"]["unmapped"]
    assert {each["term"] for each in shown if each["use"] == "check"} == words - by_tax
    closed = DepartmentChanged.model_validate(bureau.model_dump() | {"closed_on": TODAY})
    catalog.inbox.apply([received(closed, tenant=CITY, subject="dep-tax", sequence=2)])
    assert {each["term"] for each in unmapped(catalog) if each["use"] == "check"} == words, "it acts no more"


def test_a_list_of_terms_is_read_a_page_at_a_time(catalog: Replica) -> None:
    done(catalog, PublishPolicyItem(content=ITEM))
    page = catalog.asked(ListUnmappedTerms(limit=1))["ok"]
    assert [each["use"] for each in page["items"]] == ["approver"]
    rest = catalog.asked(ListUnmappedTerms(limit=1, cursor=page["next_cursor"]))["ok"]
    assert ([each["use"] for each in rest["items"]], rest["next_cursor"]) == (["department"], None)


def test_what_is_heard_of_a_department_again_replaces_nothing_newer(catalog: Replica) -> None:
    first = registered("dep-1", "旧名")
    names = (*first.names, DatedName(name=DEPARTMENT, since=date(2026, 1, 1)))
    newer = DepartmentChanged(
        department_id="dep-1", name=DEPARTMENT, names=names, functions=frozenset({"policy"}), telephone="12345"
    )
    catalog.inbox.apply([received(first, tenant=ZHANGGONG, subject="dep-1", sequence=1)])
    catalog.inbox.apply([received(newer, tenant=ZHANGGONG, subject="dep-1", sequence=2)])
    catalog.does("DELETE FROM position WHERE aggregate_id = 'dep-1'")
    catalog.inbox.apply([received(first, tenant=ZHANGGONG, subject="dep-1", sequence=1)])
    assert catalog.rows("SELECT telephone, sequence FROM known_department") == [("12345", 2)]
    assert done(catalog, PublishPolicyItem(content=ITEM))["department_id"] == "dep-1"


def test_a_claim_says_which_department_of_the_register_its_item_is_of(
    catalog: Replica, service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> None:
    dsns = service_database("intake")
    office = FrontOffice(catalog, intake_replica(service_frame("intake", dsns=dsns, clock=clock), dsns))
    catalog.hears(registered("dep-1", DEPARTMENT))
    office.publishes(ITEM)
    office.deliver()
    assert office.intake.rows("SELECT department_id FROM item_version") == [("dep-1",)]


def test_those_who_are_asked_about_a_draft_are_told_so_by_the_register(catalog: Replica) -> None:
    catalog.hears(
        registered("dep-reform", "章贡区发展和改革委员会", "development_reform"),
        registered("dep-money", "章贡区财政局（国资委）", "finance"),
    )
    draft = consulted_draft(catalog)
    (asked,) = told(catalog, "ConsultationOpened")
    assert (asked["draft_id"], asked["until"]) == (draft["draft_id"], UNTIL.isoformat())
    assert [(each["party"], each["attention"]) for each in asked["parties"]] == [
        ("development_reform", {"tenant": ZHANGGONG, "department_id": "dep-reform", "duty": "policy_author"}),
        ("finance", {"tenant": ZHANGGONG, "department_id": "dep-money", "duty": "finance"}),
        ("approval_bureau", {"tenant": ZHANGGONG, "department_id": None, "duty": "bureau_intake"}),
    ]
    renamed = REFORM.model_copy(update={"department": "章贡区发展改革局", "department_id": "dep-reform"})
    stranger = REFORM.model_copy(update={"department": "章贡区商务局", "department_id": "dep-trade"})
    assert [each["draft_id"] for each in catalog.asked(ListDrafts(awaiting=True), actor=renamed)["ok"]["drafts"]]
    assert catalog.asked(ListDrafts(awaiting=True), actor=stranger)["ok"]["drafts"] == []
    assert "refused" in catalog.asked(GetDraft(draft_id=draft["draft_id"]), actor=stranger)
    says(catalog, draft, renamed, "agree")
    says(catalog, draft, FINANCE, "agree")
    assert says(catalog, draft, BUREAU, "agree")["stage"] == "consulted"


def test_a_department_with_a_new_name_finds_its_items_and_drafts(catalog: Replica) -> None:
    catalog.hears(registered("dep-1", DEPARTMENT))
    owner = OWNER.model_copy(update={"department_id": "dep-1"})
    done(catalog, PublishPolicyItem(content=ITEM, ground=MINOR), owner)
    renamed = owner.model_copy(update={"department": "章贡区工业和信息化局"})
    items = catalog.asked(ListAuthoredItems(), actor=renamed)["ok"]["items"]
    assert [each["code"] for each in items] == [ITEM.code]
