"""An outside figure on its whole way: entered once, used by matching, by intake and by review, and withdrawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from front_office import (
    CITY,
    SAMPLE,
    XINGGUO,
    ZHANGGONG,
    FrontOffice,
    catalog_replica,
    enterprise_actor,
    intake_replica,
    officer_of,
    onboarded,
    sample_content,
)
from matching_kit import AtTheDesk
from review_database import Review, mapped

from chassis.edge.frame import Frame
from chassis.events.received import decode
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import RecordFacts
from contracts.entitlements import CheckEntitlement, ListEntitlements, PreviewItem
from contracts.intake import NominateEnterprises, NominationLine, SubmitApplication
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.outside_figures import ListOutsideFigures, RecordOutsideFigures, WithdrawOutsideFigure
from contracts.review import ApproveCase, ListCases
from contracts.rule import (
    AllOf,
    Compare,
    DateFact,
    Fact,
    FactAmount,
    Fixed,
    Level,
    Mode,
    Parameter,
    ParameterValue,
    State,
    Sum,
)
from services.catalog.matching import reach, views
from services.catalog.matching.desk import MatchingDesk
from tests.unit.review.review_kit import COUNTY_PAYS

FINANCE = officer_of("市财政局")
STRANGER = Actor(id="officer-2", roles=frozenset({"department"}), department="市商务局")
BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))
LPR = ParameterValue(
    name="lpr_one_year", value="3.1", unit="%", valid_from=date(2024, 10, 21), valid_until=date(2025, 5, 19),
    source="全国银行间同业拆借中心", as_of=date(2024, 10, 21),
)  # fmt: skip
SUBSIDY = 6_000_000
"""Fen: 300 万元 at 3.6 % for a year, of which the enterprise bears 3.1 % − 1.5 %: what the worked case of CN-001 says."""


def startup_loan(**plan: Any) -> PolicyItemContent:
    """CN-001, where the county pays the enterprise itself and the loan's rate may be at most the LPR of its day and half a point."""
    content = sample_content("CN-001")
    of_the_day = Parameter(parameter="lpr_one_year", on=DateFact(fact="loan_issued_on"))
    cap = Sum(of=(of_the_day, Fixed(value="0.5", unit="%")))
    fair = Compare(left=FactAmount(fact="startup_loan_rate"), operator="le", right=cap)
    changes = {
        "eligibility": AllOf(of=(content.rules.eligibility, fair)),
        "shares": COUNTY_PAYS,
        "payees": None,
        "plan": content.rules.plan.model_copy(update=plan),
    }
    return content.model_copy(update={"rules": content.rules.model_copy(update=changes)})


CONTENT = startup_loan()
OWNER = officer_of(CONTENT.rules.plan.department)


class City:
    """Catalogue with the matching desk, intake and review, joined as the bus joins them."""

    def __init__(self, office: FrontOffice, review: Review) -> None:
        self.office, self.review = office, review
        self.desk = MatchingDesk(office.catalog.frame)
        self.line = AtTheDesk(self.desk)
        review.hears(
            onboarded(CITY, None, Level.CITY, "GZ"),
            onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
            onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
        )
        review.hears(*mapped(CONTENT.rules), tenant=CITY)

    def publishes(self, content: PolicyItemContent = CONTENT, tenant: str = CITY) -> str:
        return self.office.publishes(content, tenant=tenant)

    def enterprise(self, number: int = 17, tenant: str = ZHANGGONG) -> str:
        """An enterprise with the loan of the worked case."""
        enterprise = self.office.registers(number, tenant=tenant)
        worked = json.loads((SAMPLE / "cases" / "CN-001.json").read_bytes())[-1]
        facts = tuple(Fact.model_validate(each) for each in worked["facts"])
        assert "ok" in self.office.catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=facts), tenant=tenant)
        return enterprise

    def records(self, *figures: ParameterValue, tenant: str = CITY, actor: Actor = FINANCE) -> list[str]:
        order = RecordOutsideFigures(figures=figures or (LPR,))
        answer = self.office.catalog.ordered(order, tenant=tenant, actor=actor)
        return [each["figure_id"] for each in answer["ok"]["items"]]

    def withdraws(self, figure: str, tenant: str = CITY, actor: Actor = FINANCE) -> dict[str, Any]:
        order = WithdrawOutsideFigure(figure_id=figure, reason="录入有误")
        return self.office.catalog.ordered(order, tenant=tenant, actor=actor)

    def entitled(self, enterprise: str, state: State = State.MET, tenant: str = ZHANGGONG) -> dict[str, int | None]:
        """What stands so for the enterprise once the desk has looked: item → fen."""
        self.desk.turn()
        with self.office.catalog.frame.reader([tenant], actor=enterprise_actor(enterprise)) as reader:
            page = views.list_entitlements(ListEntitlements(enterprise_id=enterprise, state=state), reader, self.line)
        assert len(page.items) == getattr(page, state.value), "the process and the rules agree"
        return {each.item_id: each.amount.money.fen if each.amount.money else None for each in page.items}

    def applies(self, item: str, enterprise: str, tenant: str = ZHANGGONG) -> dict[str, Any]:
        self.office.deliver()
        order = SubmitApplication(item_id=item, enterprise_id=enterprise)
        return self.office.intake.ordered(order, tenant=tenant, actor=enterprise_actor(enterprise))

    def reviewed(self) -> list[dict[str, Any]]:
        """The cases, once everything that catalogue and intake have said has reached review."""
        bodies = [*self.office.catalog.said(), *self.office.intake.said()]
        self.review.applies([decode(body, wanted=self.review.inbox.wanted) for body in bodies])
        self.review.does_what_is_due()
        return list(self.review.asked(ListCases(), tenant=CITY, actor=OWNER)["ok"]["items"])

    def told(self, tenant: str = ZHANGGONG) -> int:
        """How many chunks of newly entitled enterprises were announced."""
        statement = f"SELECT count(*) FROM match_chunk WHERE tenant = '{tenant}'"
        return int(self.office.catalog.rows(statement)[0][0])


@pytest.fixture
def city(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> City:
    dsns = {name: service_database(name) for name in ("catalog", "intake", "review")}
    frames = {name: service_frame(name, dsns=each, clock=FixedClock(NOON)) for name, each in dsns.items()}
    office = FrontOffice(
        catalog_replica(frames["catalog"], dsns["catalog"]), intake_replica(frames["intake"], dsns["intake"])
    )
    return City(office, Review(frames["review"], dsns["review"]))


def reasons(answer: dict[str, Any]) -> dict[str, str]:
    return {reason["code"]: reason["message"] for reason in answer["refused"]["reasons"]}


def test_a_enterprise_is_entitled_applies_and_is_granted_the_exact_amount_once_the_figure_is_there(city: City) -> None:
    item, enterprise = city.publishes(), city.enterprise()
    assert city.entitled(enterprise) == {}
    assert city.entitled(enterprise, State.UNDETERMINED) == {item: None}
    assert list(reasons(city.applies(item, enterprise))) == ["outside_figure_missing"]
    city.records()
    assert city.entitled(enterprise) == {item: SUBSIDY}
    assert city.told() == 1, "whoever is newly entitled is told"
    receipt = city.applies(item, enterprise)["ok"]
    assert receipt["estimated_fen"] == SUBSIDY
    (case,) = city.reviewed()
    assert (case["verdict"], case["amount_fen"], case["obstacles"]) == ("met", SUBSIDY, [])
    assert any("全国银行间同业拆借中心，2024-10-21" in line for line in case["working"])
    order = ApproveCase(case_id=case["case_id"], amount_fen=SUBSIDY, expected_version=case["version"], opinion="同意")
    assert city.review.ordered(order, tenant=CITY, actor=OWNER)["ok"]["state"] == "approved"


def test_a_withdrawn_figure_makes_it_undetermined_again_and_leaves_what_was_filed(city: City) -> None:
    item, enterprise, later = city.publishes(), city.enterprise(17), city.enterprise(14)
    (figure,) = city.records()
    assert city.entitled(enterprise) == {item: SUBSIDY}
    assert "ok" in city.applies(item, enterprise)
    assert "ok" in city.withdraws(figure)
    assert (city.entitled(enterprise), city.entitled(enterprise, State.UNDETERMINED)) == ({}, {item: None})
    assert list(reasons(city.applies(item, later))) == ["outside_figure_missing"]
    (case,) = city.reviewed()
    assert (case["verdict"], case["amount_fen"]) == ("met", SUBSIDY), "review judges on what it was filed on"
    (kept,) = city.office.catalog.asked(ListOutsideFigures(tenant=CITY), tenant=None)["ok"]["items"]
    assert (kept["figure_id"], kept["withdrawn_why"]) == (figure, "录入有误")


def test_a_correction_of_the_same_day_counts_and_overwrites_nothing(city: City) -> None:
    item, enterprise = city.publishes(), city.enterprise()
    (wrong,) = city.records(LPR.model_copy(update={"value": "13.1"}))
    city.records(LPR)
    assert city.entitled(enterprise) == {item: SUBSIDY}
    assert city.applies(item, enterprise)["ok"]["estimated_fen"] == SUBSIDY
    listed = city.office.catalog.asked(ListOutsideFigures(name="lpr_one_year"), tenant=None)["ok"]["items"]
    assert [each["figure"]["value"] for each in listed] == ["3.1", "13.1"]
    assert listed[1]["figure_id"] == wrong


def test_a_county_sees_the_city_s_figure_and_not_a_sister_county_s(city: City) -> None:
    own, sister = city.publishes(tenant=ZHANGGONG), city.publishes(tenant=XINGGUO)
    here, there = city.enterprise(17), city.enterprise(14, tenant=XINGGUO)
    city.records(tenant=XINGGUO)
    assert city.entitled(here) == {}
    assert city.entitled(there, tenant=XINGGUO) == {sister: SUBSIDY}
    assert list(reasons(city.applies(own, here))) == ["outside_figure_missing"]
    city.records(tenant=CITY)
    assert city.entitled(here) == {own: SUBSIDY}
    assert city.applies(own, here)["ok"]["estimated_fen"] == SUBSIDY
    shown = city.office.catalog.asked(ListOutsideFigures(tenant=ZHANGGONG), tenant=None)["ok"]["items"]
    assert [each["tenant"] for each in shown] == [CITY]


def test_what_a_county_enters_changes_nothing_that_the_city_has_promised(city: City) -> None:
    item, enterprise = city.publishes(tenant=CITY), city.enterprise()
    city.records(tenant=ZHANGGONG, actor=BUREAU)
    assert city.entitled(enterprise) == {}
    with city.office.catalog.frame.reader([ZHANGGONG], actor=enterprise_actor(enterprise)) as reader:
        plain = views.check_entitlement(CheckEntitlement(item_id=item, enterprise_id=enterprise), reader)
    assert plain.verdict.state is State.UNDETERMINED
    assert list(reasons(city.applies(item, enterprise))) == ["outside_figure_missing"]


def test_a_preview_counts_with_the_figures_of_its_own_place(city: City) -> None:
    city.enterprise()
    city.desk.turn()

    def preview() -> tuple[int, int, int]:
        with city.office.catalog.frame.reader([ZHANGGONG], actor=OWNER) as reader:
            seen = reach.preview_item(PreviewItem(content=CONTENT), reader, city.line)
        return seen.met, seen.undetermined, seen.known_fen

    assert preview() == (0, 1, 0)
    city.records()
    city.desk.turn()
    assert preview() == (1, 0, SUBSIDY)


def test_a_department_s_list_rests_on_the_figures_of_the_day(city: City) -> None:
    item = city.publishes(startup_loan(mode=Mode.NO_APPLICATION, form_fields=()), tenant=ZHANGGONG)
    line = NominationLine(enterprise_id=city.enterprise(), amount_fen=SUBSIDY)
    order = NominateEnterprises(item_id=item, lines=(line,))
    city.office.deliver()
    refused = city.office.intake.ordered(order, actor=OWNER)
    assert list(reasons(refused)) == ["outside_figure_missing"]
    city.records()
    city.office.deliver()
    assert "ok" in city.office.intake.ordered(order, actor=OWNER)
    city.reviewed()
    (case,) = city.review.asked(ListCases(), tenant=ZHANGGONG, actor=OWNER)["ok"]["items"]
    assert (case["state"], case["amount_fen"]) == ("approved", SUBSIDY)


def test_a_desk_that_starts_again_has_the_figures_that_stand(city: City) -> None:
    item, enterprise = city.publishes(), city.enterprise()
    city.records()
    city.entitled(enterprise)
    city.desk.begin_again()
    assert city.entitled(enterprise) == {item: SUBSIDY}


def test_figures_are_entered_whole_or_not_at_all_with_every_reason(city: City) -> None:
    bad = LPR.model_copy(update={"period": "2024", "as_of": date(2027, 1, 1)})
    undated = LPR.model_copy(update={"valid_from": None, "valid_until": None, "unit": "万//元"})
    order = RecordOutsideFigures(figures=(LPR, bad, undated))
    answer = city.office.catalog.ordered(order, tenant=CITY, actor=FINANCE)["refused"]
    assert answer["code"] == "outside_figures_refused"
    assert [(each["code"], each["field"]) for each in answer["reasons"]] == [
        ("figure_dated_twice", "figures.1.period"),
        ("figure_from_future", "figures.1.as_of"),
        ("figure_unit_unknown", "figures.2.unit"),
        ("figure_undated", "figures.2.period"),
    ]
    assert city.office.catalog.rows("SELECT count(*) FROM outside_figure") == [(0,)]


def test_the_same_figure_stands_once_and_comes_back_after_its_withdrawal(city: City) -> None:
    order = RecordOutsideFigures(figures=(LPR,))
    (figure,) = city.records()
    again = city.office.catalog.ordered(order, tenant=CITY, actor=FINANCE)
    assert again["refused"]["code"] == "outside_figure_recorded_already"
    other = order.model_copy(update={"figures": (LPR.model_copy(update={"unit": "元", "value": "3"}),)})
    assert "figure_unit_differs" in reasons(city.office.catalog.ordered(other, tenant=CITY, actor=FINANCE))
    assert "ok" in city.withdraws(figure)
    assert city.withdraws(figure)["refused"]["code"] == "outside_figure_withdrawn_already"
    assert len(city.records()) == 1


def test_only_whoever_entered_a_figure_or_the_bureau_takes_it_back(city: City) -> None:
    (figure,) = city.records()
    refusals = [
        (CITY, STRANGER, "outside_figure_of_other_department"),
        (ZHANGGONG, FINANCE, "outside_figure_unknown"),
        (CITY, enterprise_actor("e1"), "outside_figures_not_yours"),
    ]
    for tenant, actor, code in refusals:
        assert city.withdraws(figure, tenant, actor)["refused"]["code"] == code
    order = RecordOutsideFigures(figures=(LPR,))
    answer = city.office.catalog.ordered(order, tenant=CITY, actor=enterprise_actor("e1"))
    assert answer["refused"]["code"] == "outside_figures_not_yours"
    assert "ok" in city.withdraws(figure, actor=BUREAU)


def test_pages_of_figures_join_without_gap_or_repetition(city: City) -> None:
    averages = [
        ParameterValue(name="average", key=f"C{n}", value="2", unit="%", period="2025", source="年鉴", as_of=date(2026, 1, 1))
        for n in range(5)
    ]  # fmt: skip
    city.records(*averages)
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        query = ListOutsideFigures(tenant=CITY, limit=2, cursor=cursor)
        page = city.office.catalog.asked(query, tenant=None)["ok"]
        seen += [each["figure"]["key"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["C4", "C3", "C2", "C1", "C0"], None)
