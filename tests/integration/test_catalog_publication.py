"""Publication on a real database: versions, races, who may see what."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from front_office import (
    CITY,
    XINGGUO,
    ZHANGGONG,
    Replica,
    catalog_replica,
    officer_of,
    onboarded,
    sample_content,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.item import PolicyItemContent
from contracts.policies import GetPolicy, ListPolicies, PublishPolicyItem
from contracts.rule import Level


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Replica:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=FixedClock(NOON)), dsns)
    replica.hears(
        onboarded(CITY, None, Level.CITY, "GZ"),
        onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
        onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
    )
    return replica


def publish(catalog: Replica, content: PolicyItemContent, tenant: str = ZHANGGONG) -> dict[str, object]:
    actor = officer_of(content.rules.plan.department)
    return catalog.ordered(PublishPolicyItem(content=content), tenant=tenant, actor=actor)


def titles(catalog: Replica, tenant: str | None) -> list[tuple[str, str]]:
    page = catalog.asked(ListPolicies(tenant=tenant), tenant=None)["ok"]
    return [(item["tenant"], item["code"]) for item in page["items"]]


def test_a_new_version_keeps_the_id_and_is_the_one_that_everybody_reads(catalog: Replica) -> None:
    item = sample_content("NM-002")
    first = publish(catalog, item)["ok"]
    second = publish(catalog, item.model_copy(update={"title": "新标题"}))["ok"]
    assert (second["item_id"], second["version"]) == (first["item_id"], 2)
    read = catalog.asked(GetPolicy(item_id=first["item_id"]), tenant=None)["ok"]
    assert (read["version"], read["content"]["title"]) == (2, "新标题")
    assert read["sentences"]["amount"]
    assert PolicyItemContent.model_validate(read["content"]) == item.model_copy(update={"title": "新标题"})


def test_the_same_code_in_another_place_is_another_item(catalog: Replica) -> None:
    here = publish(catalog, sample_content("NM-002"))["ok"]
    there = publish(catalog, sample_content("NM-002"), XINGGUO)["ok"]
    assert (here["version"], there["version"]) == (1, 1)
    assert here["item_id"] != there["item_id"]


def test_two_first_publications_at_once_make_one_item(catalog: Replica) -> None:
    content = sample_content("NM-002")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: publish(catalog, content), range(2)))
    assert catalog.rows("SELECT count(*) FROM policy_item") == [(1,)]
    refused = [answer["refused"]["code"] for answer in answers if "refused" in answer]
    assert refused in ([], ["published_meanwhile"])


def test_a_refused_publication_leaves_nothing_behind(catalog: Replica) -> None:
    broken = sample_content("NM-002").model_copy(update={"fair_competition": None})
    refusal = publish(catalog, broken)["refused"]
    assert [reason["code"] for reason in refusal["reasons"]] == ["fair_competition_missing"]
    assert catalog.rows("SELECT count(*) FROM policy_item") == [(0,)]
    assert catalog.said() == []


def test_a_enterprise_is_shown_its_own_place_s_items_and_those_of_the_levels_above(catalog: Replica) -> None:
    publish(catalog, sample_content("GZ-009"), CITY)
    publish(catalog, sample_content("NM-002"), ZHANGGONG)
    publish(catalog, sample_content("JX-005"), XINGGUO)
    assert titles(catalog, ZHANGGONG) == [(CITY, "GZ-009"), (ZHANGGONG, "NM-002")]
    assert titles(catalog, CITY) == [(CITY, "GZ-009")]
    assert titles(catalog, None) == [(CITY, "GZ-009"), (ZHANGGONG, "NM-002"), (XINGGUO, "JX-005")]
    assert titles(catalog, "nowhere") == []


def test_pages_of_the_list_join_without_gap_or_repetition(catalog: Replica) -> None:
    codes = ["GZ-009", "NM-002", "JX-005", "GZ-006", "SD-002"]
    for code in codes:
        publish(catalog, sample_content(code))
    seen, cursor = [], None
    while True:
        page = catalog.asked(ListPolicies(limit=2, cursor=cursor), tenant=None)["ok"]
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == codes


def test_an_unknown_item_and_a_made_up_cursor_are_refused(catalog: Replica) -> None:
    assert catalog.asked(GetPolicy(item_id="nothing"), tenant=None)["refused"]["code"] == "item_unknown"
    assert catalog.asked(ListPolicies(cursor="zzz"), tenant=None)["refused"]["code"] == "cursor_invalid"
