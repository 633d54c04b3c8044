"""Applications on a real database, behind a real catalogue: what has arrived decides, and two at once do not pass."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from front_office import (
    CITY,
    FIRST_DAY,
    XINGGUO,
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
from contracts.enterprises import RecordFacts
from contracts.intake import ApplicationSubmitted, GetApplication, ListApplications, SubmitApplication
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.policies import PublishPolicyItem
from contracts.receipt_numbers import FindApplication
from contracts.rule import Fact, PaymentFrequency
from services.intake.catalog_copies import use_cases as copies

SUBMITTED = frozenset({"ApplicationSubmitted"})


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> FrontOffice:
    clock = FixedClock(NOON)
    catalog, intake = service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog),
        intake_replica(service_frame("intake", dsns=intake, clock=clock), intake),
    )


def form(number: int, item_id: str, enterprise_id: str, **changes: Any) -> SubmitApplication:
    """The form of case `number`, as the demo fills it in."""
    case = FIRST_DAY["cases"][number - 1]
    plan = sample_content(case["item"]).rules.plan
    given = {
        "item_id": item_id,
        "enterprise_id": enterprise_id,
        "declared_facts": tuple(Fact.model_validate(fact) for fact in case["declared_facts"]),
        "claimed_fen": case["expected_fen"],
        "payee_name": case["account"]["account_name"],
        "commitments": tuple(each.code for each in plan.materials if each.commitment),
    }
    return SubmitApplication(**given | changes)


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["refused"]["reasons"]]


def paid_often(content: PolicyItemContent, frequency: PaymentFrequency) -> PolicyItemContent:
    plan = content.rules.plan.model_copy(update={"frequency": frequency})
    return content.model_copy(update={"rules": content.rules.model_copy(update={"plan": plan})})


def test_a_enterprise_applies_with_what_the_catalogue_has_told(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.deliver()
    receipt = office.intake.ordered(form(17, item, enterprise), actor=enterprise_actor(enterprise))["ok"]
    assert receipt["receipt"].startswith("ZG-20260310-")
    assert receipt["estimated_fen"] == 10_000_000
    (body,) = office.intake.said()
    sent = decode(body, wanted=SUBMITTED)
    assert isinstance(sent.data, ApplicationSubmitted)
    assert sent.tenant == sent.data.claim.filed_in == ZHANGGONG
    assert sent.data.payee.account_version == 1
    assert receipt["query_code"] not in body
    stored = str(office.intake.rows("SELECT * FROM application"))
    assert receipt["query_code"] not in stored


def test_a_city_s_item_is_applied_for_in_the_county_and_told_to_the_city(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002"), tenant=CITY), office.registers(17)
    office.deliver()
    receipt = office.intake.ordered(form(17, item, enterprise), actor=enterprise_actor(enterprise))["ok"]
    assert receipt["receipt"].startswith("GZ-")
    (body,) = office.intake.said()
    sent = decode(body, wanted=SUBMITTED)
    assert (sent.tenant, sent.envelope.origin) == (CITY, ZHANGGONG)


def test_nothing_is_known_before_it_has_arrived(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    assert codes(office.intake.ordered(form(17, item, enterprise))) == ["item_unknown", "enterprise_unknown"]
    office.deliver()
    assert "ok" in office.intake.ordered(form(17, item, enterprise))


def test_everything_delivered_twice_changes_nothing(office: FrontOffice) -> None:
    office.publishes(sample_content("SD-002"))
    office.registers(17)
    office.deliver()
    tables = ("item_version", "enterprise", "enterprise_fact", "payee")
    before = [office.intake.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]
    office.deliver()
    assert [office.intake.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables] == before


def test_the_newest_version_is_applied_for_and_the_older_ones_are_kept(office: FrontOffice) -> None:
    content = sample_content("SD-002")
    item, enterprise = office.publishes(content), office.registers(17)
    office.publishes(content.model_copy(update={"title": "第二版"}))
    office.deliver()
    receipt = office.intake.ordered(form(17, item, enterprise))["ok"]
    assert (receipt["item_version"], receipt["item_title"]) == (2, "第二版（示例）")
    assert office.intake.rows("SELECT count(*) FROM item_version") == [(2,)]


def test_of_many_at_once_exactly_one_passes(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.deliver()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: office.intake.ordered(form(17, item, enterprise)), range(12)))
    assert sum("ok" in answer for answer in answers) == 1
    assert {tuple(codes(answer)) for answer in answers if "ok" not in answer} == {("duplicate_application",)}
    assert len(office.intake.said()) == 1


def test_the_same_key_again_gets_the_same_receipt(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.deliver()
    order = form(17, item, enterprise)
    first = office.intake.ordered(order, key="key-1")
    assert office.intake.ordered(order, key="key-1") == first
    assert len(office.intake.said()) == 1


def test_a_refused_application_leaves_nothing_behind(office: FrontOffice) -> None:
    item = office.publishes(sample_content("SD-002"))
    enterprise = office.registers(17, account=False)
    office.deliver()
    answer = office.intake.ordered(form(17, item, enterprise, claimed_fen=1, commitments=()))
    assert codes(answer) == ["payee_account_missing", "amount_mismatch", "commitment_missing"]
    assert office.intake.rows("SELECT count(*) FROM application") == [(0,)]
    assert office.intake.said() == []


def test_who_applies_may_name_the_account_later_and_is_told_that_one_is_needed_until_it_is_confirmed(
    office: FrontOffice,
) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17, account=False)
    office.deliver()
    receipt = office.intake.ordered(form(17, item, enterprise, payee_name=None))["ok"]
    assert receipt["account_needed"] is True
    (body,) = office.intake.said()
    assert decode(body, wanted=SUBMITTED).data.payee is None
    assert office.intake.rows("SELECT payee IS NULL, account_needed, payees FROM application") == [(True, True, [])]
    mine = {"application_id": receipt["application_id"]}
    assert office.intake.asked(GetApplication(**mine))["ok"]["account_needed"] is True
    office.opens_account(17, enterprise)
    office.deliver()
    assert office.intake.asked(GetApplication(**mine))["ok"]["account_needed"] is False


def test_a_enterprise_of_another_place_is_unknown_here(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002"), tenant=CITY), office.registers(17)
    office.deliver()
    assert codes(office.intake.ordered(form(17, item, enterprise), tenant=XINGGUO)) == ["enterprise_unknown"]


def test_a_corrected_account_is_paid_whichever_word_of_it_comes_first(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.opens_account(17, enterprise)
    bodies = office.catalog.said()
    accounts = [body for body in bodies if "PayeeAccountChanged" in body]
    others = [body for body in bodies if "PayeeAccountChanged" not in body]
    for batch in (others, accounts[::-1], accounts):
        office.intake.inbox.apply([decode(body, wanted=office.intake.inbox.wanted) for body in batch])
    office.intake.ordered(form(17, item, enterprise))
    (body,) = office.intake.said()
    assert decode(body, wanted=SUBMITTED).data.payee.account_version == 2


def test_two_accounts_of_one_enterprise_in_one_batch_leave_the_later_one(office: FrontOffice) -> None:
    enterprise = office.registers(17)
    office.opens_account(17, enterprise)
    office.deliver()
    assert office.intake.rows("SELECT account_version FROM payee") == [(2,)]


def test_an_older_paper_does_not_replace_a_newer_fact(office: FrontOffice) -> None:
    enterprise = office.registers(17)
    for value, day in (("3", 1), ("5", 20), ("4", 10)):
        fact = Fact(name="sites", kind="number", value=value, unit="个", source="商务局", as_of=date(2026, 2, day))
        office.catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(fact,)))
        office.deliver()
    found = office.intake.rows("SELECT fact ->> 'value' FROM enterprise_fact WHERE name = 'sites'")
    assert found == [("5",)]


def test_an_application_says_whose_word_its_facts_are(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    known = [Fact.model_validate(fact) for fact in FIRST_DAY["cases"][16]["file_facts"]]
    again = known[0].model_copy(update={"source": "某局", "as_of": date(2026, 3, 1)})
    officer = officer_of("某局")
    assert "ok" in office.catalog.ordered(RecordFacts(enterprise_id=enterprise, facts=(again,)), actor=officer)
    office.deliver()
    office.intake.ordered(form(17, item, enterprise))
    submitted = next(body for body in office.intake.said() if "ApplicationSubmitted" in body)
    told = decode(submitted, wanted=SUBMITTED).data
    persons = {(each.name, each.period): each.persons for each in told.recorders}
    assert persons[again.name, again.period] == (officer.id,)
    assert set(persons.values()) - {(officer.id,)} <= {("exchange",)}
    assert persons.keys() <= {(fact.name, fact.period) for fact in told.facts}


def test_an_enterprise_sees_its_own_applications_the_counter_those_of_its_place_and_nobody_else_any(
    office: FrontOffice,
) -> None:
    content = paid_often(sample_content("SD-002"), PaymentFrequency.PER_EVENT)
    item, enterprise, other = office.publishes(content), office.registers(17), office.registers(18)
    office.deliver()
    mine = office.intake.ordered(form(17, item, enterprise), actor=enterprise_actor(enterprise))["ok"]
    office.intake.ordered(form(18, item, other), actor=enterprise_actor(other))
    question = GetApplication(application_id=mine["application_id"])
    seen = office.intake.asked(question, actor=enterprise_actor(enterprise))["ok"]
    assert (seen["claim"]["receipt"], seen["query_code"]) == (mine["receipt"], mine["query_code"])
    stranger = office.intake.asked(question, actor=enterprise_actor(other))
    assert stranger["refused"]["code"] == "application_unknown"
    elsewhere = office.intake.asked(question, tenant=XINGGUO)
    assert elsewhere["refused"]["code"] == "application_unknown"
    listing = ListApplications(enterprise_id=enterprise)
    clerk = Actor(id="clerk-1", roles=frozenset({"window"}))
    assert office.intake.asked(question, actor=clerk)["ok"]["claim"]["receipt"] == mine["receipt"]
    for somebody in (enterprise_actor(enterprise), clerk):
        assert len(office.intake.asked(listing, actor=somebody)["ok"]["items"]) == 1
    assert office.intake.asked(question, actor=clerk, tenant=XINGGUO)["refused"]["code"] == "application_unknown"
    refused = office.intake.asked(listing, actor=enterprise_actor(other))["refused"]
    assert refused["code"] == "enterprise_not_yours"


def test_a_receipt_that_lies_on_the_counter_finds_its_claim_in_the_place_where_it_was_filed(
    office: FrontOffice,
) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.deliver()
    mine = office.intake.ordered(form(17, item, enterprise), actor=enterprise_actor(enterprise))["ok"]
    clerk = Actor(id="clerk-1", roles=frozenset({"window"}))
    for said in (mine["receipt"], mine["receipt"].lower()):
        found = office.intake.asked(FindApplication(receipt=said), actor=clerk)["ok"]
        assert found["claim"]["application_id"] == mine["application_id"]
    for question, tenant in ((mine["receipt"], XINGGUO), ("ZG-20260310-NOBODY00", ZHANGGONG)):
        answer = office.intake.asked(FindApplication(receipt=question), actor=clerk, tenant=tenant)
        assert answer["refused"]["code"] == "application_unknown"


def test_the_newest_applications_come_first_and_pages_join(office: FrontOffice) -> None:
    content = paid_often(sample_content("SD-002"), PaymentFrequency.PER_EVENT)
    item, enterprise = office.publishes(content), office.registers(17)
    office.deliver()
    site, cost = form(17, item, enterprise).declared_facts
    receipts = []
    for value in ("260000", "270000", "280000"):
        declared = (site, cost.model_copy(update={"value": value}))
        order = form(17, item, enterprise, declared_facts=declared, claimed_fen=None)
        receipts.append(office.intake.ordered(order)["ok"]["receipt"])
    first = office.intake.asked(ListApplications(enterprise_id=enterprise, limit=2))["ok"]
    rest = office.intake.asked(ListApplications(enterprise_id=enterprise, limit=2, cursor=first["next_cursor"]))["ok"]
    seen = [each["claim"]["receipt"] for each in (*first["items"], *rest["items"])]
    assert seen == receipts[::-1]
    assert rest["next_cursor"] is None
    (one,) = office.intake.asked(ListApplications(enterprise_id=enterprise, receipt=receipts[1]))["ok"]["items"]
    assert one["claim"]["receipt"] == receipts[1]
    assert len(office.intake.asked(ListApplications(enterprise_id=enterprise, item_id=item))["ok"]["items"]) == 3
    assert office.intake.asked(ListApplications(enterprise_id=enterprise, item_id="none"))["ok"]["items"] == []


def test_a_batch_of_events_costs_one_statement_for_each_kind(office: FrontOffice) -> None:
    department = sample_content("SD-002").rules.plan.department
    for number in range(3):
        content = sample_content("SD-002").model_copy(update={"code": f"SD-002-{number}"})
        office.catalog.ordered(PublishPolicyItem(content=content), actor=officer_of(department))
    for number in (17, 18, 19):
        office.registers(number)
    bodies = office.catalog.said()
    for kind, handle in (
        ("PolicyPublished", copies.keep_items),
        ("EnterpriseRegistered", copies.keep_enterprises),
        ("EnterpriseFactsChanged", copies.keep_facts),
        ("PayeeAccountChanged", copies.keep_payees),
    ):
        events = [decode(body, wanted=office.intake.inbox.wanted) for body in bodies]
        chosen = [event for event in events if event.name == kind]
        with office.intake.frame.unit((ZHANGGONG,), action="test") as uow:
            asked: list[Any] = []
            execute = uow.execute
            uow.execute = lambda *given, _execute=execute, _asked=asked: (  # type: ignore[method-assign]
                _asked.append(given),
                _execute(*given),
            )[1]
            handle(chosen, uow)
        assert (len(chosen), len(asked)) == (3, 1)


def test_of_many_that_replace_the_same_application_at_once_one_is_taken(office: FrontOffice) -> None:
    item, enterprise = office.publishes(sample_content("SD-002")), office.registers(17)
    office.deliver()
    first = office.intake.ordered(form(17, item, enterprise))["ok"]
    assert codes(office.intake.ordered(form(17, item, enterprise))) == ["duplicate_application"]
    again = form(17, item, enterprise, replaces=first["receipt"])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: office.intake.ordered(again), range(6)))
    (second,) = [answer["ok"] for answer in answers if "ok" in answer]
    refused = {tuple(codes(answer)) for answer in answers if "ok" not in answer}
    assert refused == {("application_already_replaced",)}
    told = decode(office.intake.said()[-1], wanted=SUBMITTED).data
    assert isinstance(told, ApplicationSubmitted)
    assert told.claim.receipt == second["receipt"]
    assert told.claim.replaces is not None
    assert told.claim.replaces.receipt == first["receipt"]
