"""The same assessment on the command line, on pages, in messages and by API: one sentence, and no amount beside it that is
not due."""

from __future__ import annotations

import html
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from door_kit import ask, door_with, registers
from enterprise_kit import checked, entitled, form
from enterprise_pages_kit import ANSWERS, enterprise_visitor
from page_samples import authoring
from page_samples.enterprise import UNCLAIMED, claimed
from page_samples.public import guide
from portal_kit import Bus, Visitor
from staff_kit import appointments, case, colleague, listed, neighbours, sheet, told

from console.contracts.program import unconnected_gateway
from console.policy.rules import _lines
from contracts.item import BenefitKind
from contracts.money import Money
from contracts.rule import Assessment, Award, AwardHistory, HeadlineState, OncePer, Quota, Ranked, RankKey, State
from rules import assess
from services.intake.applications.entitlement import about_amount
from services.notify.messages.templates import NEWLY_ENTITLED
from services.review.cases.entitlement import obstacles_in
from tests.unit.rules.rule_writing import TODAY, fact, fixed, item_rules, quantity
from tests.unit.rules.rule_writing import sheet as facts_of

MONEY = "50,000.00"
MET, FALLEN = fact("above_scale", "flag", True), fact("above_scale", "flag", False)
HAD = AwardHistory(
    family="A", awards=[Award(family="A", level="city", year=2024, money=Money(1), granted_on=date(2024, 6, 1))]
)
RANKED = Quota(places=100, order=Ranked(keys=[RankKey(by=quantity("rd_expense"))]))
FOUND: dict[HeadlineState, Assessment] = {
    HeadlineState.DUE: assess(item_rules(quotas=[RANKED]), facts_of(MET), TODAY),
    HeadlineState.NOT_MET: assess(item_rules(), facts_of(FALLEN), TODAY),
    HeadlineState.CLOSED: assess(item_rules(plan={"window": {"closes": "2024-06-30"}}), facts_of(MET), TODAY),
    HeadlineState.USED_UP: assess(item_rules(stacking=[OncePer()]), facts_of(MET), TODAY, awards=HAD),
    HeadlineState.NOTHING_DUE: assess(item_rules(amount=fixed(0, "元")), facts_of(MET), TODAY),
}
SAID = {
    HeadlineState.DUE: "符合，50,000.00 元，须经择优排序（名额 100 个）",
    HeadlineState.NOT_MET: "不符合",
    HeadlineState.CLOSED: "已于 2024-06-30 截止受理",
    HeadlineState.USED_UP: "已经享受过，本次没有应付金额",
    HeadlineState.NOTHING_DUE: "符合条件，但按规则计算没有可兑付的金额",
}
PEOPLE = {"reviewer": colleague("first_review"), **authoring.PEOPLE}


@pytest.fixture(scope="module")
def own() -> Visitor:
    return enterprise_visitor()


@pytest.fixture(scope="module")
def desk() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


def words(page: Any) -> str:
    assert page.status_code == 200
    main = page.text.split("<main", 1)[-1]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def come_to(found: Assessment) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("verdict", "amount", "headline")}


def listing(found: Assessment) -> dict[str, Any]:
    page = entitled(State.MET, "GZ-009", more=False)
    page["items"] = [page["items"][0] | {k: v.model_dump(mode="json") for k, v in come_to(found).items()}]
    return page


def checking(found: Assessment) -> dict[str, Any]:
    return checked("SD-002").model_copy(update=come_to(found)).model_dump(mode="json")


def says(text: str, state: HeadlineState) -> None:
    """The sentence stands there, and no amount but one that is due or is called an estimate."""
    assert SAID[state] in text, text
    if state is not HeadlineState.DUE:
        without = re.sub(r"估算[^。]*50,000[^。]*", "", text)
        assert "50,000" not in without.split("计算过程")[0], text


EVERY = pytest.mark.parametrize("state", FOUND)


@EVERY
def test_the_command_line_begins_with_it(state: HeadlineState) -> None:
    lines = list(_lines(FOUND[state]))
    assert lines[0] == f"结论：{SAID[state]}"
    assert any(line.startswith("金额：") for line in lines) is (state is HeadlineState.DUE)


@EVERY
def test_pages_of_an_enterprise_say_it(own: Visitor, state: HeadlineState) -> None:
    found = FOUND[state]
    own.bus.answers = ANSWERS | UNCLAIMED | {
        "list_entitlements": listing(found),
        "check_entitlement": checking(found),
        "get_application_form": form("SD-002", **{k: v.model_dump(mode="json") for k, v in come_to(found).items()}),
    }  # fmt: skip
    for address in ("/my/entitlements", "/my/entitlements/SD-002", "/my/apply/SD-002"):
        says(words(own.get(address, "owner")), state)
    home = words(own.get("/my", "owner"))
    assert ("5 万元" in home or "50,000" in home) is (state is HeadlineState.DUE), home


def test_what_has_been_claimed_is_not_told_as_still_due(own: Visitor) -> None:
    own.bus.answers = ANSWERS | {"list_entitlements": listing(FOUND[HeadlineState.DUE])} | claimed("GZ-009", "settled")
    text = words(own.get("/my/entitlements", "owner"))
    assert f"按现有数据比对：{SAID[HeadlineState.DUE]}。能否再次申报，以已有的办件为准。" in text
    assert "可以兑付" not in text
    home = words(own.get("/my", "owner"))
    assert "50,000" not in home and "5 万元" not in home


@EVERY
def test_the_trial_of_a_draft_says_it(desk: Visitor, state: HeadlineState) -> None:
    tried = {**authoring.TRIED, "assessment": FOUND[state].model_dump(mode="json")}
    desk.bus.answers = authoring.ANSWERS | {"try_item": tried}
    page = desk.get("/department/drafts/d-1/trial?enterprise=示例", "author")
    assert SAID[state] in words(page)
    assert ("big-figure" in page.text) is (state is HeadlineState.DUE)


@EVERY
def test_a_case_says_it_to_whoever_decides(desk: Visitor, state: HeadlineState) -> None:
    found = FOUND[state]
    fen = found.amount.money.fen if found.amount.money is not None else None
    shown = case(1, amount_fen=fen, asked_fen=None, headline=found.headline, verdict=found.verdict.state.value)
    desk.bus.answers = {
        "get_case_sheet": told(sheet(shown, working=())),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "list_appointments": appointments(),
        "get_guide": guide("NM-002"),
        "list_cases": listed(shown),
        "count_cases": {"states": {}, "overdue": 0, "items": []},
    }
    assert SAID[state] in words(desk.get("/department/cases/case-1", "reviewer"))
    row = words(desk.get("/department/cases", "reviewer"))
    assert ("5 万元" in row or "50,000" in row) is (state is HeadlineState.DUE), row


@EVERY
def test_programs_are_told_it(state: HeadlineState) -> None:
    class Answers:
        async def call(self, _service: str, method: str, *_: object, **__: object) -> dict[str, Any]:
            return {"ok": ({"list_entitlements": listing(FOUND[state])} | UNCLAIMED)[method]}

    request = {"method": "GET", "url": "/api/v1/my/entitlements", "headers": {"Authorization": "Bearer enterprise"}}
    (item,) = ask(door_with(Answers(), registers), request).json()["items"]
    assert (item["headline"]["state"], item["headline"]["text_zh"]) == (state.value, SAID[state])
    assert (item["headline"]["due"] is not None) is (state is HeadlineState.DUE)


@EVERY
def test_refusals_say_it_where_there_is_nothing_to_pay(state: HeadlineState) -> None:
    item: Any = SimpleNamespace(content=SimpleNamespace(benefit_kind=BenefitKind.GRANT))
    found = FOUND[state]
    said = [reason.message for refusal in obstacles_in(found) for reason in refusal.reasons]
    assert (said == []) is (state is HeadlineState.DUE)
    if state in (HeadlineState.USED_UP, HeadlineState.NOTHING_DUE, HeadlineState.CLOSED):
        assert any(SAID[state] in each for each in said)
    intake = [each.message for each in about_amount(found, item, None)]
    nothing = state in (HeadlineState.USED_UP, HeadlineState.NOTHING_DUE)
    assert intake == ([f"没有可兑付的资金：{SAID[state]}"] if nothing else [])


def test_the_message_on_a_new_item_names_no_amount() -> None:
    """It is about many enterprises at once, of items that can be claimed on the day; what is due stands on the page."""
    assert "符合“{item}”的申报条件" in NEWLY_ENTITLED.text
    assert not re.search(r"\{amount\}|元", NEWLY_ENTITLED.text)
