"""Finding what is on offer, on a real database: the sample items, as a person would ask for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from front_office import (
    CITY,
    SAMPLE,
    XINGGUO,
    ZHANGGONG,
    officer_of,
    sample_content,
)
from search_library import Library, opened
from sqlalchemy import create_engine, text

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from console.servers.provision import Dsns
from contracts.item import PolicyItemContent
from contracts.policies import PublishPolicyItem, WithdrawPolicyItem
from contracts.rule import Window
from contracts.search import FoundPolicies, SearchForEnterprise
from services.catalog.matching.domain import MatchingWarmingUp
from services.catalog.search.for_enterprise import search_for_enterprise
from services.catalog.search.shelf import Shelf
from services.catalog.search_index.rebuild import rebuild

TODAY = NOON.date()


@pytest.fixture
def empty(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Library:
    """Ganzhou with two counties, and nothing on offer."""
    return opened(service_frame, service_database)


NINE = ("AH-002", "GZ-006", "GZ-009", "GZ-011", "JX-005", "NM-002", "SD-002", "TJ-001", "ZJ-005")


@pytest.fixture
def library(empty: Library) -> Library:
    """Nine of the sample items on offer in Zhanggong."""
    for code in NINE:
        empty.publishes(sample_content(code))
    return empty


def renamed(content: PolicyItemContent, **changes: Any) -> PolicyItemContent:
    return content.model_copy(update=changes)


def opening(content: PolicyItemContent, code: str, opens: date | None, closes: date | None) -> PolicyItemContent:
    plan = content.rules.plan.model_copy(update={"window": Window(opens=opens, closes=closes)})
    rules = content.rules.model_copy(update={"plan": plan})
    return content.model_copy(update={"code": code, "rules": rules})


def plain(segments: tuple[Any, ...]) -> str:
    return "".join(each.text for each in segments)


def test_an_item_is_found_by_the_words_of_its_title(library: Library) -> None:
    assert library.codes("跨境电商独立站")[0] == "SD-002"
    assert library.codes("科技型中小企业补助")[0] == "GZ-009"
    assert library.codes("蔬菜大棚")[0] == "GZ-011"
    assert library.codes("软件企业收入")[0] == "ZJ-005"


def test_what_means_the_same_finds_the_same(library: Library) -> None:
    assert "JX-005" in library.codes("小巨人")
    assert library.codes("跨境电子商务")[0] == "SD-002"
    assert library.codes("技术改造设备")[0] == "AH-002"
    assert library.codes("旅游景区奖励")[0] == "GZ-006"


def test_a_title_outweighs_a_department_and_a_department_a_guide(empty: Library) -> None:
    base = sample_content("NM-002")
    guide = base.guide.model_copy(update={"conditions": "须从事蓝莓种植。"})
    plan = base.rules.plan.model_copy(update={"department": "蓝莓产业发展中心"})
    in_guide = renamed(base, code="in-guide", guide=guide)
    in_department = renamed(base, code="in-department", rules=base.rules.model_copy(update={"plan": plan}))
    in_document = renamed(base, code="in-document", document=base.document.model_copy(update={"name": "蓝莓办法"}))
    in_title = renamed(base, code="in-title", title="蓝莓基地奖励")
    for item in (in_title, in_department, in_guide, in_document):
        empty.publishes(item)
    assert empty.codes("蓝莓") == ["in-title", "in-department", "in-guide", "in-document"]


def test_a_name_is_found_with_one_character_wrong_missing_or_too_many(library: Library) -> None:
    for slip in ("跨境电伤出口独立站", "跨境电商出独立站", "跨境电商出口独立立站", "跨景电商出口独立站"):
        found = library.found(slip)
        assert found.matched in ("all", "similar"), slip
        assert found.items[0].code == "SD-002", slip
    assert library.found("专精特薪梯度").items[0].code == "JX-005"
    assert library.codes("章贡区工信居")


def test_width_and_case_make_no_difference(library: Library) -> None:
    assert library.codes("Ａ级景区") == library.codes("a级景区") == library.codes("A级景区")
    assert library.codes("Ａ级景区")[0] == "GZ-006"
    assert library.codes("gz-009")[0] == "GZ-009"


def test_a_question_in_a_whole_sentence_finds_what_it_is_about(library: Library) -> None:
    found = library.found("请问我们公司怎么申请跨境电商独立站的补贴？")
    assert found.items[0].code == "SD-002"
    assert found.matched in ("some", "any")


def test_hits_are_marked_as_text_and_never_as_markup(empty: Library) -> None:
    title = "<b>高企</b>认定<script>alert(1)</script>奖励"
    empty.publishes(renamed(sample_content("NM-002"), title=title))
    (item,) = empty.found("高新技术企业").items
    assert plain(item.title) == title
    assert [each.text for each in item.title if each.hit] == ["高企"]


def test_a_hit_in_the_guide_is_shown_with_what_stands_around_it(library: Library) -> None:
    hit = next(item for item in library.found("冷库").items if item.code == "GZ-011")
    assert hit.snippet is not None
    assert [each.text for each in hit.snippet.segments if each.hit] == ["冷库"]
    assert len(plain(hit.snippet.segments)) <= 80


def test_open_items_come_first_then_those_that_open_later_then_those_that_have_closed(empty: Library) -> None:
    day = timedelta(days=1)
    base = sample_content("NM-002")
    for code, opens, closes in (
        ("open", None, None),
        ("closed", None, TODAY - day),
        ("later", TODAY + 60 * day, None),
        ("soon", TODAY - day, TODAY + 30 * day),
        ("last-day", None, TODAY),
    ):
        empty.publishes(opening(base, code, opens, closes))
    assert empty.codes() == ["last-day", "soon", "open", "later", "closed"]
    assert empty.codes("新增产值") == ["last-day", "soon", "open", "later", "closed"]
    assert set(empty.codes(window=["open"])) == {"open", "soon", "last-day"}
    assert set(empty.codes(window=["closing_soon"])) == {"soon", "last-day"}
    assert empty.codes(closes_by=TODAY) == ["last-day", "closed"]
    counts = {value.value: value.count for value in facet(empty.found(), "window")}
    assert counts == {"open": 3, "closing_soon": 2, "not_yet_open": 1, "closed": 1}


def facet(found: FoundPolicies, name: str) -> Any:
    return next(each.values for each in found.facets if each.name == name)


def test_a_facet_counts_what_each_of_its_values_would_leave(library: Library) -> None:
    found = library.found()
    assert found.total == len(NINE)
    themes = {value.value: value.count for value in facet(found, "theme")}
    assert themes["工业"] == 4
    for theme, count in themes.items():
        assert len(library.codes(theme=[theme])) == count
    chosen = library.found(theme=["工业"], mode=["instant"])
    assert {value.value for value in facet(chosen, "theme") if value.chosen} == {"工业"}
    assert sum(value.count for value in facet(chosen, "theme")) == len(library.codes(mode=["instant"]))
    assert sum(value.count for value in facet(chosen, "mode")) == 4
    assert chosen.total == len(chosen.items) == 2


def test_a_chosen_value_that_leaves_nothing_is_still_shown(library: Library) -> None:
    found = library.found("蔬菜", theme=["文旅"])
    assert found.total == 0
    assert [(value.value, value.count) for value in facet(found, "theme") if value.chosen] == [("文旅", 0)]


def test_items_are_filtered_by_the_most_that_they_can_pay(library: Library) -> None:
    assert library.codes("GZ-009", amount_at_least_fen=5_000_000) == ["GZ-009"]
    assert library.codes("GZ-009", amount_at_least_fen=5_000_001) == []
    assert library.codes(amount=["unknown"]) == ["GZ-011"]
    assert "GZ-011" not in library.codes(amount_at_least_fen=0)
    (item,) = library.found(amount=["unknown"]).items
    assert item.max_amount_fen is None


def test_a_place_is_shown_its_own_items_and_those_of_the_levels_above(empty: Library) -> None:
    empty.publishes(sample_content("GZ-009"), CITY)
    empty.publishes(sample_content("NM-002"), ZHANGGONG)
    empty.publishes(sample_content("JX-005"), XINGGUO)
    assert set(empty.codes(tenant=ZHANGGONG)) == {"GZ-009", "NM-002"}
    assert empty.codes(tenant=CITY) == ["GZ-009"]
    assert empty.codes(tenant="nowhere") == []
    assert len(empty.codes()) == 3
    assert empty.codes("专精特新", tenant=ZHANGGONG) == []
    assert empty.codes("科技型", tenant=ZHANGGONG) == ["GZ-009"]


def test_a_new_version_is_found_by_its_new_words_and_no_longer_by_the_old_ones(library: Library) -> None:
    library.publishes(renamed(sample_content("GZ-011"), title="食用菌基地先建后补"))
    assert library.codes("食用菌")[0] == "GZ-011"
    assert plain(library.found("食用菌").items[0].title) == "食用菌基地先建后补"
    assert library.found().total == len(NINE)


def test_a_refused_publication_is_not_found(empty: Library) -> None:
    broken = renamed(sample_content("NM-002"), fair_competition=None)
    actor = officer_of(broken.rules.plan.department)
    assert "refused" in empty.catalog.ordered(PublishPolicyItem(content=broken), actor=actor)
    assert empty.found().total == 0


@pytest.mark.parametrize("q", ["", "奖励 补助", "跨境电伤出口独立站"])
def test_pages_join_without_gap_or_repetition(library: Library, q: str) -> None:
    whole = [item.item_id for item in library.found(q, limit=50).items]
    seen: list[str] = []
    cursor = None
    while True:
        page = library.found(q, limit=2, cursor=cursor)
        assert (page.total is None) == (cursor is not None)
        seen += [item.item_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == whole
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "q",
    [
        "' | '",
        "a & !b <-> (c)",
        "'); DROP TABLE policy_item; --",
        "\\'\\",
        "奖励:*A",
        "%_%",
        "\x00奖励",
        "𠀀𠀁",
        "奖" * 200,
    ],
)
def test_operators_and_quotes_are_only_characters(library: Library, q: str) -> None:
    answer = library.answers(q=q)
    assert "fault" not in answer
    assert library.found().total == len(NINE)


@pytest.mark.parametrize("q", ["的", "怎么 如何", "！？……", "“”", "　　的　"])
def test_a_query_without_a_word_that_says_anything_is_refused(library: Library, q: str) -> None:
    refused = library.answers(q=q)["refused"]
    assert (refused["kind"], refused["code"], refused["reasons"][0]["field"]) == ("invalid", "query_says_nothing", "q")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "zzz",
        "W10",
        "WzEsMiwzLDRd",
        "WyJhbGwiLCIyMDI2LTAzLTEwIiwxLDFd",
        "WyJkYXRlIiwiMjAyNi0wMy0xMCIsMWUzMDgsMV0",
        "é",
    ],
)
def test_a_cursor_that_was_not_given_out_for_this_question_is_refused(library: Library, cursor: str) -> None:
    assert library.answers(cursor=cursor)["refused"]["code"] == "cursor_invalid"


def test_every_sample_item_that_can_be_published_is_found_first_by_its_own_title(empty: Library) -> None:
    titles: dict[str, str] = {}
    for file in sorted(Path(SAMPLE / "items").glob("*.json")):
        content = PolicyItemContent.model_validate_json(file.read_bytes())
        actor = officer_of(content.rules.plan.department)
        if "ok" in empty.catalog.ordered(PublishPolicyItem(content=content), actor=actor):
            titles[content.code] = content.title
    assert len(titles) >= len(NINE)
    for code, title in titles.items():
        found = empty.found(title).items[0]
        assert plain(found.title) == title, (code, found.code)


def test_every_process_finds_what_another_one_published_or_took_off(library: Library) -> None:
    other = Library(library.catalog)
    assert other.found().total == len(NINE)
    item_id = library.publishes(renamed(sample_content("NM-002"), code="NEW-1", title="蓝莓基地奖励"))
    assert other.codes("蓝莓") == ["NEW-1"]
    content = sample_content("NM-002")
    taken_off = WithdrawPolicyItem(item_id=item_id, expected_version=1, reason="依据文件废止，予以撤销")
    actor = officer_of(content.rules.plan.department)
    assert "ok" in library.catalog.ordered(taken_off, actor=actor)
    assert other.found("蓝莓").total == library.found("蓝莓").total == 0
    assert other.found().total == len(NINE)


def test_the_index_built_anew_by_a_migration_finds_the_same(library: Library) -> None:
    before = {q: library.codes(q) for q in ("", "小巨人", "跨境电伤出口独立站", "章贡区工信局")}
    engine = create_engine(library.catalog.dsns.owner)
    with engine.begin() as connection:
        connection.execute(text("UPDATE search_document SET words = '', heading = ''"))
    assert library.codes("小巨人") == []
    with engine.begin() as connection:
        assert rebuild(connection) == len(NINE)
    engine.dispose()
    assert {q: library.codes(q) for q in before} == before


class Matching:
    """Stands in for the matching process."""

    def __init__(self, *met: str, warm: bool = True) -> None:
        self.met, self.warm = met, warm

    def ask(self, **question: Any) -> dict[str, Any]:
        if not self.warm:
            raise MatchingWarmingUp()
        assert (question["ask"], question["tenant"], question["state"]) == ("entitlements", ZHANGGONG, "met")
        return {"ids": list(self.met)}


def own(library: Library, matching: Matching, q: str = "", enterprise: str = "enterprise-1") -> dict[str, Any]:
    """The wire's answer to an enterprise of Zhanggong that has signed in."""
    body = SearchForEnterprise(q=q, enterprise_id="enterprise-1", limit=50).model_dump(mode="json")
    envelope = {
        "tenant": ZHANGGONG,
        "actor": {"id": "boss", "enterprise_id": enterprise},
        "name": "search_for_enterprise",
        "body": body,
    }
    handle = partial(search_for_enterprise, shelf=Shelf(), matching=matching)
    return library.catalog.frame.run_query(SearchForEnterprise, handle, envelope)


def test_a_enterprise_is_shown_first_what_it_is_entitled_to_among_what_is_open(empty: Library) -> None:
    base = sample_content("NM-002")
    ids = {code: empty.publishes(renamed(base, code=code)) for code in ("a", "b", "c")}
    closed = empty.publishes(opening(base, "closed", None, TODAY - timedelta(days=1)))
    for q in ("", "新增产值"):
        assert empty.codes(q) == ["c", "b", "a", "closed"]
        items = own(empty, Matching(ids["a"], closed), q)["ok"]["items"]
        assert [(item["code"], item["entitled"]) for item in items] == [
            ("a", True), ("c", False), ("b", False), ("closed", True)
        ]  # fmt: skip


def test_while_matching_warms_up_a_enterprise_finds_what_everybody_finds(library: Library) -> None:
    items = own(library, Matching(warm=False))["ok"]["items"]
    assert [item["code"] for item in items] == library.codes(limit=50)
    assert {item["entitled"] for item in items} == {None}


def test_a_enterprise_searches_for_itself_only(library: Library) -> None:
    assert own(library, Matching(), enterprise="enterprise-2")["refused"]["code"] == "enterprise_not_yours"
