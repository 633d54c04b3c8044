"""What may be published, by whom, and what the world is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit
from contracts.item import ItemStatus, PolicyItemContent
from contracts.message import Actor
from contracts.plan_terms import TermInPlan
from contracts.policies import PolicyPublished, PublishPolicyItem
from copies.departments import KnownDepartments
from copies.plan_terms import KnownPlanTerms
from services.catalog.policies.domain import ItemOfOtherDepartment
from services.catalog.policies.publication import PublicationRefused
from services.catalog.policies.store import PolicyItems
from services.catalog.policies.use_cases import publish_policy_item

SampleItem = Callable[[str], PolicyItemContent]
SCIENCE = Actor(id="officer-1", roles=frozenset({"department"}), department="章贡区科技局")
INDUSTRY = Actor(id="officer-2", roles=frozenset({"department"}), department="章贡区工信局")


def changed(content: PolicyItemContent, **plan: object) -> PolicyItemContent:
    """The item with another plan."""
    rules = content.rules.model_copy(update={"plan": content.rules.plan.model_copy(update=plan)})
    return content.model_copy(update={"rules": rules})


def test_a_first_publication_is_version_one_and_is_told_with_its_content(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    unit.actor = SCIENCE
    view = publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)
    assert (view.version, view.tenant) == (1, "360702")
    assert view.sentences["eligibility"]
    (event,) = unit.events
    assert event == PolicyPublished(
        item_id=view.item_id, tenant="360702", item_version=1, content=sample_item("GZ-009")
    )


def test_publishing_the_same_code_again_makes_the_next_version_of_the_same_item(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    unit.actor = SCIENCE
    first = publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)
    newer = sample_item("GZ-009").model_copy(update={"title": "科技型中小企业首次入库奖励（2026年修订）"})
    second = publish_policy_item(PublishPolicyItem(content=newer), unit)
    assert (second.item_id, second.version, second.content.title) == (first.item_id, 2, newer.title)
    assert [event.item_version for event in unit.events] == [1, 2]


def test_a_department_publishes_its_own_items_only(unit: FakeUnit, sample_item: SampleItem) -> None:
    unit.actor = INDUSTRY
    with pytest.raises(ItemOfOtherDepartment) as refused:
        publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)
    assert "章贡区科技局" in refused.value.message
    assert unit.events == []


def test_an_officer_whose_department_is_not_known_publishes_nothing(unit: FakeUnit, sample_item: SampleItem) -> None:
    unit.actor = Actor(id="officer-3", roles=frozenset({"department"}))
    with pytest.raises(ItemOfOtherDepartment):
        publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)


def test_a_enterprise_publishes_nothing(unit: FakeUnit, sample_item: SampleItem) -> None:
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="e1")
    with pytest.raises(ItemOfOtherDepartment):
        publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)


def test_a_department_cannot_take_over_an_item_by_naming_itself_in_a_new_version(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    unit.actor = SCIENCE
    item = sample_item("GZ-009")
    publish_policy_item(PublishPolicyItem(content=item), unit)
    unit.actor = INDUSTRY
    with pytest.raises(ItemOfOtherDepartment):
        publish_policy_item(PublishPolicyItem(content=changed(item, department="章贡区工信局")), unit)
    assert len(unit.events) == 1


def test_an_item_is_refused_with_every_reason_at_once_and_nothing_is_published(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    unit.actor = INDUSTRY
    broken = changed(sample_item("NM-002"), review_limit=None).model_copy(
        update={"fair_competition": None, "sample": False, "status": ItemStatus.EXPIRED}
    )
    with pytest.raises(PublicationRefused) as refused:
        publish_policy_item(PublishPolicyItem(content=broken), unit)
    reasons = {reason.code: reason.field for reason in refused.value.reasons}
    assert reasons == {
        "review_limit_missing": "content.rules.plan.review_limit",
        "fair_competition_missing": "content.fair_competition",
        "document_not_in_force": "content.status",
    }
    assert unit.events == []


@pytest.mark.parametrize("status", [ItemStatus.DRAFT, ItemStatus.EXPIRED, ItemStatus.SUPERSEDED])
def test_a_sample_may_show_a_document_that_is_out_of_force_but_a_real_item_may_not(
    unit: FakeUnit, sample_item: SampleItem, status: ItemStatus
) -> None:
    unit.actor = SCIENCE
    sample = sample_item("GZ-009").model_copy(update={"status": status})
    publish_policy_item(PublishPolicyItem(content=sample), unit)
    with pytest.raises(PublicationRefused):
        publish_policy_item(PublishPolicyItem(content=sample.model_copy(update={"sample": False})), unit)


@pytest.mark.parametrize(
    "code", ["AH-002", "GZ-006", "GZ-009", "GZ-011", "JX-005", "NM-002", "SD-002", "TJ-001", "ZJ-005"]
)
def test_every_sample_item_can_be_published_by_its_department(
    unit: FakeUnit, sample_item: SampleItem, code: str
) -> None:
    content = sample_item(code)
    department = content.rules.plan.department
    unit.actor = Actor(id="officer", roles=frozenset({"department"}), department=department)
    assert publish_policy_item(PublishPolicyItem(content=content), unit).version == 1


def test_publication_resolves_the_departments_name_and_names_what_means_nothing_yet(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    unit.actor = SCIENCE
    unit.of(KnownDepartments).by_name["360702", "章贡区科技局"] = "dep-science"  # type: ignore[attr-defined]
    approver = TermInPlan(use="approver", term="政策主管部门审批岗")
    unit.of(KnownPlanTerms).without_meaning.add(approver)  # type: ignore[attr-defined]
    view = publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)
    assert (view.department_id, view.unmapped) == ("dep-science", (approver,))
    (event,) = unit.events
    assert isinstance(event, PolicyPublished)
    assert event.department_id == "dep-science"
    item = unit.of(PolicyItems).get(view.item_id)
    assert item.department_id == "dep-science"


def test_a_department_with_a_new_name_keeps_its_items(unit: FakeUnit, sample_item: SampleItem) -> None:
    known: Any = unit.of(KnownDepartments)
    known.by_name["360702", "章贡区科技局"] = "dep-science"
    unit.actor = SCIENCE
    item = publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)
    known.by_name = {("360702", "章贡区科技和工业信息化局"): "dep-science"}
    unit.actor = Actor(
        id="officer-1",
        roles=frozenset({"department"}),
        department="章贡区科技和工业信息化局",
        department_id="dep-science",
    )
    renamed = changed(sample_item("GZ-009"), department="章贡区科技和工业信息化局")
    again = publish_policy_item(PublishPolicyItem(content=renamed), unit)
    assert (again.item_id, again.version, again.department_id) == (item.item_id, 2, "dep-science")
    unit.actor = Actor(
        id="officer-9", roles=frozenset({"department"}), department="章贡区科技局", department_id="dep-another"
    )
    with pytest.raises(ItemOfOtherDepartment):
        publish_policy_item(PublishPolicyItem(content=sample_item("GZ-009")), unit)


def test_an_item_that_names_its_department_by_words_is_published_by_whoever_is_meant(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    known: Any = unit.of(KnownDepartments)
    known.by_name["360702", "区工信主管部门"] = "dep-industry"
    unit.actor = INDUSTRY.model_copy(update={"department_id": "dep-industry"})
    content = changed(sample_item("GZ-009"), department="区工信主管部门")
    assert publish_policy_item(PublishPolicyItem(content=content), unit).department_id == "dep-industry"
