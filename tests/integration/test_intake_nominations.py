"""免申即享 lists on a real database: whole lists, once, with something for each enterprise to look at."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from front_office import (
    CITY,
    FIRST_DAY,
    ZHANGGONG,
    FrontOffice,
    catalog_replica,
    enterprise_actor,
    intake_replica,
    officer_of,
    sample_content,
)

from chassis.edge.frame import Frame
from chassis.events.received import decode
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.intake import (
    EnterprisesNominated,
    GetApplication,
    ListApplications,
    NominateEnterprises,
    NominationLine,
)

ITEM = sample_content("GZ-009")
OFFICER = officer_of(ITEM.rules.plan.department)


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    clock = FixedClock(NOON)
    catalog, intake = service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog),
        intake_replica(service_frame("intake", dsns=intake, clock=clock), intake),
    )


def listing(item_id: str, *enterprise_ids: str, amount_fen: int | None = None) -> NominateEnterprises:
    return NominateEnterprises(
        item_id=item_id,
        lines=tuple(NominationLine(enterprise_id=id, amount_fen=amount_fen) for id in enterprise_ids),
    )


def reasons(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(reason["code"], reason["field"]) for reason in answer["refused"]["reasons"]]


def test_a_list_reaches_review_and_every_enterprise_finds_its_receipt(office: FrontOffice) -> None:
    item = office.publishes(ITEM)
    enterprises = [office.registers(number) for number in range(1, 6)]
    office.deliver()
    answer = office.intake.ordered(listing(item, *enterprises, amount_fen=5_000_000), actor=OFFICER)["ok"]
    (body,) = office.intake.said()
    sent = decode(body, wanted=frozenset({"EnterprisesNominated"}))
    assert isinstance(sent.data, EnterprisesNominated)
    assert [line.claim.enterprise_id for line in sent.data.lines] == enterprises
    for enterprise, receipt in zip(enterprises, answer["receipts"], strict=True):
        (seen,) = office.intake.asked(ListApplications(enterprise_id=enterprise), actor=enterprise_actor(enterprise))[
            "ok"
        ]["items"]
        assert (seen["claim"]["receipt"], seen["query_code"]) == (receipt["receipt"], receipt["query_code"])
        assert seen["estimated_fen"] == 5_000_000
        question = GetApplication(application_id=receipt["application_id"])
        assert office.intake.asked(question, actor=enterprise_actor(enterprise))["ok"] == seen
    audited = office.intake.rows("SELECT aggregate_type, count(*) FROM audit_fact GROUP BY 1 ORDER BY 1")
    assert audited == [("application", 5), ("nomination", 1)]


def test_one_bad_line_leaves_nothing_of_the_list_behind(office: FrontOffice) -> None:
    item = office.publishes(ITEM)
    good, unpaid = office.registers(1), office.registers(2, account=False)
    office.deliver()
    answer = office.intake.ordered(listing(item, good, unpaid, "nobody", good), actor=OFFICER)
    assert reasons(answer) == [
        ("payee_account_missing", "lines.1.enterprise_id"),
        ("enterprise_unknown", "lines.2.enterprise_id"),
        ("duplicate_application", "lines.3.enterprise_id"),
    ]
    for table in ("application", "nomination", "outbox"):
        assert office.intake.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_city_lists_no_enterprises_that_live_in_its_counties(office: FrontOffice) -> None:
    item, enterprise = office.publishes(ITEM, tenant=CITY), office.registers(1, tenant=ZHANGGONG)
    office.deliver()
    answer = office.intake.ordered(listing(item, enterprise), tenant=CITY, actor=OFFICER)
    assert reasons(answer) == [("enterprise_unknown", "lines.0.enterprise_id")]
    assert "本地区" in answer["refused"]["message"]


def test_lists_that_overlap_and_race_pay_no_enterprise_twice(office: FrontOffice) -> None:
    item = office.publishes(ITEM)
    enterprises = [office.registers(number) for number in range(1, 5)]
    office.deliver()
    lists = [enterprises, enterprises[::-1], enterprises[1:], enterprises[:3]]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda ids: office.intake.ordered(listing(item, *ids), actor=OFFICER), lists))
    passed = [answer for answer in answers if "ok" in answer]
    codes = {reason["code"] for answer in answers if "refused" in answer for reason in answer["refused"]["reasons"]}
    assert len(passed) == 1
    assert codes <= {"duplicate_application"}
    twice = office.intake.rows("SELECT enterprise_id FROM application GROUP BY 1 HAVING count(*) > 1")
    assert twice == []


def test_the_first_day_s_lists_come_to_their_published_total(office: FrontOffice) -> None:
    lists: dict[str, list[int]] = {}
    for case in FIRST_DAY["cases"]:
        if case["route"] == "nomination":
            lists.setdefault(case["item"], []).append(case["number"])
    for code, numbers in lists.items():
        content = sample_content(code)
        item = office.publishes(content)
        enterprises = [office.registers(number) for number in numbers]
        office.deliver()
        order = listing(item, *enterprises)
        actor = officer_of(content.rules.plan.department)
        assert "ok" in office.intake.ordered(order, actor=actor)
    expected = sum(case["expected_fen"] for case in FIRST_DAY["cases"] if case["route"] == "nomination")
    assert office.intake.rows("SELECT sum(total_fen)::bigint, sum(lines)::int FROM nomination") == [(expected, 12)]
