"""A guide follows its rules through drafts and versions, and rules are tried before they are published: on a database."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from authoring_kit import ITEM, MINOR, OWNER, STRANGER, catalog_with_tenants, codes, done, history, refused
from front_office import CITY, XINGGUO, Replica, enterprise_actor

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.authoring import CheckPolicyItem, CompareItemVersions, FindDeclaredFacts
from contracts.drafting import DraftPolicyItem, EditDraft, GetDraft, PublishDraft
from contracts.enterprises import RecordFacts, RegisterEnterprise
from contracts.item import PolicyItemContent
from contracts.policies import GetPolicy, PublishPolicyItem, RevisePolicyItem
from contracts.rule import Fact
from contracts.trials import TryItem

Json = dict[str, Any]
BY_HAND = "符合条件的一次性奖励 20 万元。"


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Replica:
    return catalog_with_tenants(service_frame, service_database, FixedClock(NOON))


def paying(amount: str, **guide: str) -> Json:
    """An item that pays so many ten thousands; its guide follows the rules but for what is said."""
    text = ITEM.model_dump(mode="json", exclude_none=True)
    text["rules"]["amount"] = {"node": "fixed", "value": amount, "unit": "万元"}
    text["summary"] = "对符合条件的企业给予奖励。"
    text["guide"] = {name: text["guide"][name] for name in ("basis", "beneficiaries", "contacts")} | guide
    return text


def drafted(catalog: Replica, **said: Any) -> Json:
    return done(catalog, DraftPolicyItem(**said))


def edited(catalog: Replica, draft: Json, content: Json) -> Json:
    return done(catalog, EditDraft(draft_id=draft["draft_id"], expected_version=draft["version"], content=content))


def publication(draft: Json, **said: Any) -> PublishDraft:
    return PublishDraft(
        draft_id=draft["draft_id"], expected_version=draft["version"], reason="新设", ground=MINOR, **said
    )


def with_amount(content: Json, value: str) -> Json:
    text = copy.deepcopy(content)
    text["rules"]["amount"]["value"] = value
    return text


def standard(catalog: Replica, item_id: str) -> str:
    content = catalog.asked(GetPolicy(item_id=item_id), tenant=None)["ok"]["content"]
    return str(content["guide"]["standard"])


# -- the guide ----------------------------------------------------------------------------------------------------


def test_a_rule_that_pays_30_instead_of_20_says_so_in_its_guide(catalog: Replica) -> None:
    draft = drafted(catalog, content=paying("20"))
    assert draft["problems"] == []
    assert {each["part"]: each["written"] for each in draft["guide"]}["standard"] is None
    item = done(catalog, publication(draft))
    assert standard(catalog, item["item_id"]) == "20 万元。"

    draft = drafted(catalog, item_id=item["item_id"])
    assert "standard" not in draft["content"]["guide"], "what was written from the rules is left to them"
    draft = edited(catalog, draft, with_amount(draft["content"], "30"))
    assert {each["part"]: each["from_rules"] for each in draft["guide"]}["standard"] == "30 万元。"
    item = done(catalog, publication(draft))
    assert standard(catalog, item["item_id"]) == "30 万元。"


def test_what_a_person_wrote_is_shown_with_what_the_rules_say_and_confirmed(catalog: Replica) -> None:
    item = done(catalog, publication(drafted(catalog, content=paying("20", standard=BY_HAND))))
    draft = drafted(catalog, item_id=item["item_id"])
    draft = edited(catalog, draft, with_amount(draft["content"], "30"))
    (doubtful,) = [each for each in draft["guide"] if each["differs"]]
    assert (doubtful["written"], doubtful["from_rules"], doubtful["differs"]) == (BY_HAND, "30 万元。", ["20 万元"])

    refusal = refused(catalog, publication(draft))
    assert (refusal["code"], codes(refusal)) == ("guide_may_disagree", ["guide_part_differs"])
    assert BY_HAND in refusal["reasons"][0]["message"]
    assert "30 万元。" in refusal["reasons"][0]["message"]
    assert catalog.asked(GetDraft(draft_id=draft["draft_id"]), actor=OWNER)["ok"]["stage"] == "draft"
    assert catalog.asked(GetPolicy(item_id=item["item_id"]), tenant=None)["ok"]["version"] == 1

    done(catalog, publication(draft, guide_confirmed=True))
    assert standard(catalog, item["item_id"]) == BY_HAND


def test_a_direct_revision_follows_or_is_asked_about_as_well(catalog: Replica) -> None:
    item = done(catalog, publication(drafted(catalog, content=paying("20"))))
    published = catalog.asked(GetPolicy(item_id=item["item_id"]), tenant=None)["ok"]["content"]
    revision = {"item_id": item["item_id"], "expected_version": 1, "reason": "提高标准", "ground": MINOR}
    content = PolicyItemContent.model_validate(with_amount(published, "30"))
    done(catalog, RevisePolicyItem(**revision, content=content))
    assert standard(catalog, item["item_id"]) == "30 万元。"

    by_hand = content.model_copy(update={"guide": content.guide.model_copy(update={"standard": BY_HAND})})
    revision["expected_version"] = 2
    assert refused(catalog, RevisePolicyItem(**revision, content=by_hand))["code"] == "guide_may_disagree"
    done(catalog, RevisePolicyItem(**revision, content=by_hand, guide_confirmed=True))
    assert standard(catalog, item["item_id"]) == BY_HAND
    assert (
        refused(catalog, PublishPolicyItem(content=by_hand.model_copy(update={"code": "OTHER-1"}), ground=MINOR))[
            "code"
        ]
        == "guide_may_disagree"
    )


def test_two_versions_are_compared_in_sentences(catalog: Replica) -> None:
    item = done(catalog, publication(drafted(catalog, content=paying("20"))))
    draft = drafted(catalog, item_id=item["item_id"])
    done(catalog, publication(edited(catalog, draft, with_amount(draft["content"], "30"))))
    query = CompareItemVersions(item_id=item["item_id"], earlier=1, later=2)
    found = catalog.asked(query, actor=OWNER)["ok"]["differences"]
    assert [(each["where"], each["before"], each["after"]) for each in found] == [
        ("/guide/standard", "20 万元。", "30 万元。"),
        ("/rules/amount", "20 万元。", "30 万元。"),
    ]
    assert history(catalog, item["item_id"])[0]["action"] in ("revised", "draft_published")
    unknown = CompareItemVersions(item_id=item["item_id"], earlier=1, later=3)
    assert catalog.asked(unknown, actor=OWNER)["refused"]["code"] == "item_unknown"
    assert catalog.asked(query, actor=OWNER, tenant=XINGGUO)["refused"]["code"] == "item_unknown"


def test_a_check_says_each_part_that_can_be_read(catalog: Replica) -> None:
    text = paying("20")
    del text["rules"]["eligibility"], text["theme"]
    checked = catalog.asked(CheckPolicyItem(content=text), actor=OWNER)["ok"]
    assert (checked["publishable"], checked["sentences"], checked["guide"]) == (False, {}, [])
    assert checked["parts"]["/rules/amount"] == "20 万元"
    assert "/rules/eligibility" not in checked["parts"]


# -- trials -------------------------------------------------------------------------------------------------------


def grown(catalog: Replica, uscc: str, name: str, *facts: Fact) -> str:
    order = RegisterEnterprise(uscc=uscc, name=name, contact_mobile="13800000000")
    enterprise = catalog.ordered(order)["ok"]["enterprise_id"]
    if facts:
        catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=facts))
    return str(enterprise)


def output(value: str) -> Fact:
    return Fact.model_validate(
        {
            "name": "output",
            "kind": "number",
            "value": value,
            "unit": "亿元",
            "period": "2025",
            "source": "统计局",
            "as_of": "2026-01-31",
        }
    )


TRIED: Json = {
    "code": "ZG-1",
    "rules": {
        "version": "1",
        "fact_types": [{"name": "output", "label": "年产值", "kind": "number", "unit": "亿元"}],
        "eligibility": {"node": "condition", "fact": "output", "period": "Y-1", "operator": "ge", "value": "1", "unit": "亿元"},
        "amount": {
            "node": "rate", "base": {"node": "fact", "fact": "output", "period": "Y-1"},
            "rate": {"node": "fixed", "value": "1", "unit": "%"},
        },
    },
}  # fmt: skip
"""Rules without a plan, and without a word of who bears it."""


def tried(catalog: Replica, **said: Any) -> Json:
    answer = catalog.asked(TryItem(**{"content": TRIED, **said}), actor=OWNER)
    assert "ok" in answer, answer
    found: Json = answer["ok"]
    return found


def test_rules_are_tried_on_an_enterprise_by_its_code_or_a_part_of_its_name(catalog: Replica) -> None:
    grown(catalog, "91360702DEM000014H", "示例钢铁有限公司", output("2"))
    grown(catalog, "91360702DEM000022C", "示例食品有限公司")
    for said in ("91360702dem000014h", "９１３６０７０２ ＤＥＭ０００－０１４Ｈ", "钢铁"):
        found = tried(catalog, enterprise=said)
        assert found["enterprise"]["name"] == "示例钢铁有限公司"
        assert found["assessment"]["verdict"]["state"] == "met"
        assert found["assessment"]["amount"]["money"] == 200_000_000
        assert found["needed"][0]["known"]["value"] == "2"
    several = tried(catalog, enterprise="示例")
    assert [each["name"] for each in several["candidates"]] == ["示例钢铁有限公司", "示例食品有限公司"]
    assert several["assessment"] is None
    lacking = tried(catalog, enterprise="示例食品有限公司")
    assert lacking["assessment"]["verdict"]["state"] == "undetermined"
    unknown = catalog.asked(TryItem(content=TRIED, enterprise="100%"), actor=OWNER)
    assert unknown["refused"]["code"] == "enterprise_unknown"
    elsewhere = catalog.asked(TryItem(content=TRIED, enterprise="钢铁"), actor=OWNER, tenant=XINGGUO)
    assert elsewhere["refused"]["code"] == "enterprise_unknown"


def test_rules_are_tried_on_made_up_facts_which_count_before_those_of_the_dossier(catalog: Replica) -> None:
    grown(catalog, "91360702DEM000014H", "示例钢铁有限公司", output("2"))
    assert tried(catalog)["needed"][0]["label"] == "年产值"
    made_up = output("0.5").model_copy(update={"as_of": NOON.date()})
    assert tried(catalog, facts=(made_up,))["assessment"]["verdict"]["state"] == "not_met"
    both = tried(catalog, facts=(made_up,), enterprise="钢铁")
    assert both["assessment"]["verdict"]["state"] == "not_met"
    assert tried(catalog, facts=(made_up,), year=2025)["needed"][0]["period"] == "2024"


def test_a_figure_that_somebody_would_set_is_refused_in_a_wrong_unit_naming_the_one_asked_for(catalog: Replica) -> None:
    share = {
        "node": "decided",
        "decision": "share",
        "by": "专家组",
        "max": {"node": "fixed", "value": "5", "unit": "%"},
    }
    text = copy.deepcopy(TRIED)
    text["rules"]["amount"]["rate"] = share
    made_up = output("2").model_copy(update={"as_of": NOON.date()})
    assert tried(catalog, content=text)["decisions"] == [{"decision": "share", "by": "专家组", "unit": "%"}]

    def set_at(*decisions: tuple[str, str, str]) -> Json:
        said = [
            {"name": name, "value": value, "unit": unit, "by": "专家组", "on": "2026-03-01"}
            for name, value, unit in decisions
        ]
        query = TryItem.model_validate({"content": text, "facts": (made_up,), "decisions": said})
        return catalog.asked(query, actor=OWNER)

    for unit in ("人", "万元", "倍", "元"):
        refusal = set_at(("share", "7", unit))["refused"]
        assert refusal["code"] == "preview_refused"
        (reason,) = refusal["reasons"]
        assert (reason["code"], reason["field"]) == ("decision_unit_unfit", "decisions.0.unit")
        assert reason["message"] == f"“share”应以比例核定（%、‰），不能以“{unit}”计"
    both = set_at(("share", "-1", "%"), ("other", "1", "元"))["refused"]["reasons"]
    assert [each["code"] for each in both] == ["decision_negative", "decision_not_asked"]
    assert set_at(("share", "30", "‰"))["ok"]["assessment"]["amount"]["money"] == 600_000_000
    assert set_at(("share", "90", "%"))["ok"]["assessment"]["amount"]["money"] == 1_000_000_000


def test_rules_that_cannot_be_evaluated_say_all_that_must_change(catalog: Replica) -> None:
    broken = copy.deepcopy(TRIED)
    broken["rules"]["amount"]["rate"] = {"node": "fixed", "value": "1", "unit": "亩"}
    broken["rules"]["eligibility"]["fact"] = "unheard_of"
    refusal = catalog.asked(TryItem(content=broken), actor=OWNER)["refused"]
    assert refusal["code"] == "preview_refused"
    assert {"content.rules.eligibility.fact"} <= {each["field"] for each in refusal["reasons"]}
    del broken["rules"]["eligibility"]
    refusal = catalog.asked(TryItem(content=broken), actor=OWNER)["refused"]
    assert [each["field"] for each in refusal["reasons"]] == ["content.rules.eligibility"]
    assert catalog.asked(TryItem(content={}), actor=OWNER)["refused"]["code"] == "preview_refused"
    assert catalog.asked(TryItem(content=TRIED), actor=enterprise_actor("e"))["refused"]["code"] == "reach_not_yours"


def test_facts_that_items_on_offer_use_are_found_by_words(catalog: Replica) -> None:
    done(catalog, publication(drafted(catalog, content=paying("20"))))
    declared = ITEM.rules.fact_types[0]
    found = catalog.asked(FindDeclaredFacts(words=declared.label[:2]), actor=STRANGER)["ok"]["facts"]
    assert [(each["fact_type"]["name"], each["items"]) for each in found] == [(declared.name, 1)]
    named = catalog.asked(FindDeclaredFacts(names=(declared.name,)), actor=STRANGER)["ok"]["facts"]
    assert [each["fact_type"] for each in named] == [declared.model_dump(mode="json")]
    assert catalog.asked(FindDeclaredFacts(words="%"), actor=STRANGER)["ok"]["facts"] == []
    assert catalog.asked(FindDeclaredFacts(), actor=STRANGER, tenant=CITY)["ok"]["facts"] == []
