"""What may become of a published item, edge by edge, and what the world is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import get_args

import pytest

from chassis.testing.fakes import NOON, FakeUnit
from chassis.time.jobs import Job
from contracts.duties import Attention
from contracts.item import ItemStatus, PolicyItemContent
from contracts.message import SYSTEM, Actor
from contracts.policies import (
    DirectGround,
    ItemState,
    PolicyExpired,
    PolicyExpiring,
    PolicyResumed,
    PolicyRevised,
    PolicySuspended,
    PolicyWithdrawn,
    PublicationGround,
    PublishPolicyItem,
)
from contracts.rule import FairCompetitionConclusion
from rules import check_publication
from services.catalog.policies.differences import differences
from services.catalog.policies.domain import (
    MOVES,
    CodeIsKept,
    ConsultationMissing,
    ItemNotInThatState,
    ItemOfOtherDepartment,
    PolicyItem,
)
from services.catalog.policies.publication import PublicationRefused, direct_ground, problems_of
from services.catalog.policies.use_cases import publish_policy_item
from services.catalog.policies.validity import look_at_validity
from tests.unit.rules.sample_files import ITEMS

SampleItem = Callable[[str], PolicyItemContent]
TODAY = date(2026, 3, 10)
OWNER = Actor(id="officer-1", roles=frozenset({"department"}), department="章贡区科技局")
STRANGER = Actor(id="officer-2", roles=frozenset({"department"}), department="章贡区工信局")
GROUND = PublicationGround(kind="minor_change", text="更正联系电话")
STATES: tuple[ItemState, ...] = get_args(ItemState)


def an_item(content: PolicyItemContent, state: ItemState = "published") -> PolicyItem:
    """The item in this state, with nothing left to tell."""
    item = PolicyItem.publish(content, GROUND, id="i", tenant="360702", by=OWNER, at=NOON, today=TODAY, trace=None)
    if state == "suspended":
        item.suspend(by=OWNER, at=NOON, reason="资金用完")
    if state == "withdrawn":
        item.withdraw(by=OWNER, at=NOON, reason="废止")
    if state == "expired":
        item.expires_on = TODAY - timedelta(days=1)
        item.expire(at=NOON, today=TODAY)
    item.pending.clear()
    assert item.state == state
    return item


ORDERS: dict[str, tuple[Callable[[PolicyItem, Actor], None], dict[ItemState, ItemState]]] = {
    "revise": (
        lambda item, by: item.revise(item.content, GROUND, by=by, at=NOON, today=TODAY, reason="修订"),
        {"published": "published", "suspended": "suspended", "expired": "published"},
    ),
    "suspend": (lambda item, by: item.suspend(by=by, at=NOON, reason="因"), {"published": "suspended"}),
    "resume": (lambda item, by: item.resume(by=by, at=NOON, reason="因"), {"suspended": "published"}),
    "withdraw": (
        lambda item, by: item.withdraw(by=by, at=NOON, reason="因"),
        {"published": "withdrawn", "suspended": "withdrawn", "expired": "withdrawn"},
    ),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("order", ORDERS)
def test_an_order_moves_an_item_along_an_edge_of_the_table_or_is_refused(
    sample_item: SampleItem, order: str, state: ItemState
) -> None:
    give, edges = ORDERS[order]
    item = an_item(sample_item("GZ-009"), state)
    if state not in edges:
        with pytest.raises(ItemNotInThatState):
            give(item, OWNER)
        assert (item.state, item.pending) == (state, [])
        return
    give(item, OWNER)
    (told,) = item.pending
    assert item.state == edges[state]
    assert type(told.event) is MOVES[state, item.state]
    assert (told.event.state, told.event.item_version) == (item.state, item.item_version)  # type: ignore[attr-defined]


@pytest.mark.parametrize("order", ORDERS)
def test_nobody_but_its_department_changes_an_item(sample_item: SampleItem, order: str) -> None:
    item = an_item(sample_item("GZ-009"))
    with pytest.raises(ItemOfOtherDepartment):
        ORDERS[order][0](item, STRANGER)
    assert item.pending == []


def test_each_kind_of_event_says_what_it_means(sample_item: SampleItem) -> None:
    item = an_item(sample_item("GZ-009"))
    item.suspend(by=OWNER, at=NOON, reason="资金用完")
    item.revise(item.content, GROUND, by=OWNER, at=NOON, today=TODAY, reason="更正")
    assert item.state_reason == "资金用完", "a revision does not say why it is suspended"
    item.resume(by=OWNER, at=NOON, reason="资金已补充")
    item.expires_on = TODAY
    assert not item.expire(at=NOON, today=TODAY)
    assert item.expire(at=NOON, today=TODAY + timedelta(days=1))
    assert not item.expire(at=NOON, today=TODAY + timedelta(days=2))
    item.withdraw(by=OWNER, at=NOON, reason="废止")
    kinds = [type(each.event) for each in item.pending]
    assert kinds == [PolicySuspended, PolicyRevised, PolicyResumed, PolicyExpired, PolicyWithdrawn]
    reasons = [each.event.reason for each in item.pending]  # type: ignore[attr-defined]
    assert reasons == ["资金用完", "更正", "资金已补充", "有效期至 2026-03-10", "废止"]


def test_a_revision_keeps_the_code_and_has_a_ground(sample_item: SampleItem) -> None:
    item = an_item(sample_item("GZ-009"))
    other = item.content.model_copy(update={"code": "GZ-009-B"})
    with pytest.raises(CodeIsKept):
        item.revise(other, GROUND, by=OWNER, at=NOON, today=TODAY)
    with pytest.raises(ConsultationMissing):
        item.revise(item.content, None, by=OWNER, at=NOON, today=TODAY)
    assert item.item_version == 1


# -- the ground of a direct publication -----------------------------------------------------------------------


def test_a_sample_and_an_issued_document_in_force_need_no_consultation_and_anything_else_says_why(
    sample_item: SampleItem,
) -> None:
    sample = sample_item("GZ-009")
    real = sample.model_copy(update={"sample": False})
    issued = real.model_copy(
        update={
            "status": ItemStatus.IN_FORCE,
            "document": sample.document.model_copy(update={"name": "若干措施", "number": "1号"}),
        }
    )
    found = direct_ground(sample, None)
    assert found is not None and found.kind == "sample"
    assert direct_ground(real, None) is None
    claimed = direct_ground(real, DirectGround(kind="urgent", text="突发事件应对"))
    assert claimed is not None and claimed.kind == "urgent"
    from_document = direct_ground(issued, None)
    assert from_document is not None and from_document.text == "文件已正式印发：《若干措施》（1号）"


# -- what a text must have ------------------------------------------------------------------------------------


def codes(content: PolicyItemContent) -> list[str]:
    return [problem.code for problem in problems_of(content, TODAY)]


ON_RETAINED_TAX = ("FJ-014", "JL-002", "JL-003", "JL-004", "JL-005", "JL-014")
"""Sample items that pay out of tax retained locally; their sources name no lawful basis."""


def reviewed(content: PolicyItemContent) -> PolicyItemContent:
    """The item as if the fair-competition review had passed it."""
    conclusion = FairCompetitionConclusion(conclusion="passed", basis="区审查〔2026〕1号", date=TODAY)
    return content.model_copy(update={"fair_competition": conclusion})


@pytest.mark.parametrize("code", ON_RETAINED_TAX)
def test_a_sample_on_retained_tax_is_doubtful_and_cannot_be_published(
    unit: FakeUnit, sample_item: SampleItem, code: str
) -> None:
    content = sample_item(code)
    assert check_publication(content) == [], "it is checked and tried all the same"
    assert any(note.startswith("不得发布") for note in content.sample_notes)
    department = content.rules.plan.department
    unit.actor = Actor(id="officer", roles=frozenset({"department"}), department=department)
    with pytest.raises(PublicationRefused) as refused:
        publish_policy_item(PublishPolicyItem(content=content), unit)
    reasons = {reason.code: reason.message for reason in refused.value.reasons}
    assert set(reasons) == {"fair_competition_doubtful", "local_tax_basis_missing"}
    assert "《公平竞争审查条例》" in reasons["fair_competition_doubtful"]
    assert unit.events == []


def test_every_other_sample_item_can_be_published() -> None:
    assert {code for code, content in ITEMS.items() if codes(content)} == set(ON_RETAINED_TAX)


@pytest.mark.parametrize("code", ["FJ-014", "JL-002", "JL-014"])
@pytest.mark.parametrize(
    "basis",
    [
        "《中华人民共和国民族区域自治法》第三十四条",
        "国务院批复 国函〔2026〕12号",
        "赣府发[2024]3号第五条",
        "经国务院批准（国办函（2025） 7 号）",
    ],
)
def test_a_base_of_locally_retained_tax_cites_a_law_or_a_document(
    sample_item: SampleItem, code: str, basis: str
) -> None:
    cited = reviewed(sample_item(code)).model_copy(update={"local_tax_basis": basis})
    assert codes(cited) == []
    assert codes(cited.model_copy(update={"local_tax_basis": None})) == ["local_tax_basis_missing"]


@pytest.mark.parametrize(
    "words",
    [
        "来源未载明",
        "来源未载明。自 2024-08-01 起施行的《公平竞争审查条例》要求此类奖补有法律、行政法规依据或经国务院批准。",
        "无",
        "暂无，待补",
        "不详",
        "《不详》",
        "《》",
        "有合法依据",
        "按县里的惯例",
        "《公平竞争审查条例》（国务院令第783号）",
        "2024年第3号",
    ],
)
def test_words_that_name_no_law_and_no_document_are_no_basis(sample_item: SampleItem, words: str) -> None:
    (problem,) = problems_of(reviewed(sample_item("JL-003")).model_copy(update={"local_tax_basis": words}), TODAY)
    assert (problem.code, problem.where) == ("local_tax_basis_names_nothing", "/local_tax_basis")
    assert "《名称》" in problem.text_zh and "文号" in problem.text_zh


def test_a_threshold_of_local_contribution_is_no_base(sample_item: SampleItem) -> None:
    assert sample_item("GZ-013").local_tax_basis is None
    assert codes(sample_item("GZ-013")) == []


def test_a_validity_that_is_over_or_reversed_is_found(sample_item: SampleItem) -> None:
    sample = sample_item("GZ-009")
    real = sample.model_copy(update={"sample": False})
    over = {"valid_to": TODAY - timedelta(days=1)}
    assert codes(real.model_copy(update=over)) == ["validity_over"]
    assert codes(sample.model_copy(update=over)) == [], "a sample shows what was, whatever became of it"
    reversed_ = {"valid_from": TODAY + timedelta(days=9), "valid_to": TODAY + timedelta(days=8)}
    assert codes(real.model_copy(update=reversed_)) == ["validity_reversed"]


# -- differences ----------------------------------------------------------------------------------------------


def test_a_difference_is_told_in_chinese_and_rules_by_their_sentences(sample_item: SampleItem) -> None:
    before = sample_item("GZ-009")
    data = before.model_dump(mode="json")
    data["rules"]["amount"]["value"] = "8"
    data["guide"]["complaint"] = "12345"
    found = {each.where: each for each in differences(before, PolicyItemContent.model_validate(data))}
    assert set(found) == {"/rules/amount", "/guide/complaint"}
    assert found["/rules/amount"].label == "扶持金额（规则）"
    assert "5" in (found["/rules/amount"].before or "") and "8" in (found["/rules/amount"].after or "")
    assert (found["/guide/complaint"].before, found["/guide/complaint"].after) == (None, "12345")


def test_what_no_sentence_tells_is_found_too(sample_item: SampleItem) -> None:
    before = sample_item("GZ-009")
    data = before.model_dump(mode="json")
    data["rules"]["plan"]["budget_line"] = "9999999"
    data["rules"]["fact_types"][0]["label"] = "另一个叫法"
    labels = {each.label for each in differences(before, PolicyItemContent.model_validate(data))}
    assert "数据项定义" in labels
    assert any("预算科目" in label or "办理方式" in label for label in labels)


def test_a_first_version_differs_from_nothing(sample_item: SampleItem) -> None:
    assert differences(None, sample_item("GZ-009")) == ()
    assert differences(sample_item("GZ-009"), sample_item("GZ-009")) == ()


# -- time -----------------------------------------------------------------------------------------------------


def test_reminders_come_at_90_30_and_7_days_each_once_and_the_end_after_the_last_day(
    unit: FakeUnit, sample_item: SampleItem
) -> None:
    unit.actor = OWNER
    content = sample_item("GZ-009").model_copy(update={"valid_to": date(2026, 12, 31)})
    view = publish_policy_item(PublishPolicyItem(content=content), unit)
    unit.actor, seen = SYSTEM, []
    while unit.jobs:
        (((tenant, kind, subject), at),) = unit.jobs.items()
        unit.now = at
        look_at_validity([Job(tenant, kind, subject, at)], unit)
        seen.append((at.astimezone(NOON.tzinfo).isoformat()[:16], len(unit.alarms)))
    assert seen == [("2026-10-01T16:00", 1), ("2026-11-30T16:00", 2), ("2026-12-23T16:00", 3), ("2026-12-31T16:00", 3)]
    assert isinstance(unit.events[-1], PolicyExpired)
    assert unit.events[-1].last_day == date(2026, 12, 31)
    assert view.state == "published"
    (told,) = [each for each in unit.events if isinstance(each, PolicyExpiring)]
    assert (told.item_id, told.expires_on) == (view.item_id, date(2026, 12, 31))
    assert told.attention == Attention(tenant="360702", duty="policy_author")


def test_whoever_publishes_late_is_told_at_once_and_not_again(unit: FakeUnit, sample_item: SampleItem) -> None:
    unit.actor = OWNER
    content = sample_item("GZ-009").model_copy(update={"valid_to": TODAY + timedelta(days=5)})
    for _ in range(2):
        publish_policy_item(PublishPolicyItem(content=content), unit)
    assert [type(each) for each in unit.events].count(PolicyExpiring) == 1


def test_an_item_is_refused_before_it_costs_anything(unit: FakeUnit, sample_item: SampleItem) -> None:
    unit.actor = OWNER
    with pytest.raises(PublicationRefused):
        publish_policy_item(
            PublishPolicyItem(content=sample_item("GZ-009").model_copy(update={"fair_competition": None})), unit
        )
    assert (unit.events, unit.jobs) == ([], {})
