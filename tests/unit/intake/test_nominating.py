"""免申即享: a department's list, all lines or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.intake import EnterprisesNominated, NominateEnterprises, NominationLine
from contracts.message import Actor
from contracts.rule import Mode, Window
from services.intake.applications.domain import DuplicateApplication
from services.intake.catalog_copies.domain import Applicant, PublishedItem
from services.intake.nominations.domain import CHUNK_LINES, ItemOfOtherDepartment, NominationRefused
from services.intake.nominations.store import Nominations
from services.intake.nominations.use_cases import nominate_enterprises

SampleItem = Callable[..., PublishedItem]
SampleEnterprise = Callable[..., Applicant]
SCIENCE = Actor(id="officer-1", roles=frozenset({"department"}), department="章贡区科技局")


@pytest.fixture
def five(copies: Any, sample_item: SampleItem, sample_enterprise: SampleEnterprise, unit: FakeUnit) -> list[str]:
    """GZ-009 (50,000 yuan each) and five enterprises that are entitled to it; the department is at work."""
    copies.items["GZ-009"] = sample_item("GZ-009")
    for number in range(1, 6):
        copies.known[f"e{number}"] = sample_enterprise(number, enterprise_id=f"e{number}")
    unit.actor = SCIENCE
    return [f"e{number}" for number in range(1, 6)]


def listing(*enterprise_ids: str, item_id: str = "GZ-009", **amounts: int) -> NominateEnterprises:
    return NominateEnterprises(
        item_id=item_id,
        lines=tuple(NominationLine(enterprise_id=id, amount_fen=amounts.get(id)) for id in enterprise_ids),
    )


def refused(cmd: NominateEnterprises, unit: FakeUnit, cipher: AesCipher) -> list[tuple[str, str | None]]:
    with pytest.raises(NominationRefused) as raised:
        nominate_enterprises(cmd, unit, cipher)
    assert unit.events == []
    assert raised.value.code == raised.value.reasons[0].code
    return [(reason.code, reason.field) for reason in raised.value.reasons]


def test_each_enterprise_of_a_list_gets_a_receipt_and_a_query_code_of_its_own(
    five: list[str], unit: FakeUnit, cipher: AesCipher
) -> None:
    view = nominate_enterprises(listing(*five), unit, cipher)
    assert len({receipt.receipt for receipt in view.receipts}) == 5
    assert len({receipt.query_code for receipt in view.receipts}) == 5
    assert {receipt.estimated_fen for receipt in view.receipts} == {5_000_000}


def test_review_is_told_every_line_with_its_facts_payee_and_amount(
    five: list[str], copies: Any, unit: FakeUnit, cipher: AesCipher
) -> None:
    view = nominate_enterprises(listing(*five), unit, cipher)
    (event,) = unit.events
    assert isinstance(event, EnterprisesNominated)
    assert (event.nomination_id, event.nominated_by) == (view.nomination_id, "officer-1")
    assert [line.claim.enterprise_id for line in event.lines] == five
    assert [line.claim.receipt for line in event.lines] == [receipt.receipt for receipt in view.receipts]
    for line in event.lines:
        enterprise = copies.known[line.claim.enterprise_id]
        assert (line.facts, line.payee, line.amount_fen) == (enterprise.facts, enterprise.payee, 5_000_000)


def test_a_nominated_enterprise_has_an_application_to_look_at_without_having_applied(
    five: list[str], applications: Any, unit: FakeUnit, cipher: AesCipher
) -> None:
    view = nominate_enterprises(listing(*five), unit, cipher)
    assert {row.nomination_id for row in applications.rows.values()} == {view.nomination_id}
    assert {row.claim.enterprise_id for row in applications.rows.values()} == set(five)


def test_a_long_list_is_told_in_chunks_that_lose_nothing(
    copies: Any, five: list[str], unit: FakeUnit, cipher: AesCipher
) -> None:
    ids = [f"enterprise-{number}" for number in range(2 * CHUNK_LINES + 1)]
    copies.known.update({id: replace(copies.known["e1"], enterprise_id=id) for id in ids})
    nominate_enterprises(listing(*ids), unit, cipher)
    assert [len(event.lines) for event in unit.events] == [CHUNK_LINES, CHUNK_LINES, 1]
    assert [line.claim.enterprise_id for event in unit.events for line in event.lines] == ids
    (nomination,) = unit.of(Nominations).rows.values()
    assert (nomination.lines, nomination.total_fen) == (len(ids), 5_000_000 * len(ids))


def test_one_bad_line_refuses_the_list_and_every_bad_line_is_named(
    five: list[str], copies: Any, applications: Any, unit: FakeUnit, cipher: AesCipher
) -> None:
    copies.known["e2"] = replace(copies.known["e2"], payee=None)
    not_listed = copies.known["e3"].facts[0].model_copy(update={"value": False})
    copies.known["e3"] = replace(copies.known["e3"], facts=(not_listed,))
    copies.known["e4"] = replace(copies.known["e4"], facts=())
    assert refused(listing(*five, "nobody", "e1", e5=1), unit, cipher) == [
        ("payee_account_missing", "lines.1.enterprise_id"),
        ("not_eligible", "lines.2.enterprise_id"),
        ("facts_missing", "lines.3.enterprise_id"),
        ("amount_mismatch", "lines.4.amount_fen"),
        ("enterprise_unknown", "lines.5.enterprise_id"),
        ("duplicate_application", "lines.6.enterprise_id"),
    ]
    assert applications.rows == {}


def test_reasons_name_the_line_and_the_enterprise(five: list[str], unit: FakeUnit, cipher: AesCipher) -> None:
    with pytest.raises(NominationRefused) as raised:
        nominate_enterprises(listing("e1", "e2", e2=1), unit, cipher)
    assert raised.value.message.startswith("第 2 行“示例企业02（科技型中小企业）”：")


def test_a_enterprise_that_was_listed_before_is_not_listed_again(
    five: list[str], unit: FakeUnit, cipher: AesCipher
) -> None:
    nominate_enterprises(listing("e1", "e2"), unit, cipher)
    unit.recorded.clear()
    assert refused(listing("e3", "e2"), unit, cipher) == [("duplicate_application", "lines.1.enterprise_id")]


def test_of_two_lists_at_once_the_later_is_refused_whole(
    five: list[str], applications: Any, unit: FakeUnit, cipher: AesCipher
) -> None:
    nominate_enterprises(listing("e1"), unit, cipher)
    applications.unseen = True
    with pytest.raises(DuplicateApplication):
        nominate_enterprises(listing("e1", "e2"), unit, cipher)


@pytest.mark.parametrize(
    "actor",
    [
        Actor(id="officer-2", roles=frozenset({"department"}), department="章贡区工信局"),
        Actor(id="officer-3", roles=frozenset({"department"})),
        Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="e1"),
    ],
)
def test_only_the_item_s_own_department_lists_enterprises(
    five: list[str], unit: FakeUnit, cipher: AesCipher, actor: Actor
) -> None:
    unit.actor = actor
    with pytest.raises(ItemOfOtherDepartment):
        nominate_enterprises(listing("e1"), unit, cipher)


def test_a_county_does_not_list_enterprises_for_the_city_s_item(
    five: list[str], copies: Any, sample_item: SampleItem, unit: FakeUnit, cipher: AesCipher
) -> None:
    copies.items["GZ-009"] = sample_item("GZ-009", tenant="3607")
    with pytest.raises(ItemOfOtherDepartment):
        nominate_enterprises(listing("e1"), unit, cipher)


def test_an_item_that_enterprises_apply_for_takes_no_list(
    five: list[str], copies: Any, sample_item: SampleItem, unit: FakeUnit, cipher: AesCipher
) -> None:
    copies.items["GZ-009"] = sample_item("GZ-009", mode=Mode.INSTANT)
    assert refused(listing("e1"), unit, cipher) == [("enterprises_apply", "item_id")]


def test_a_closed_window_holds_for_lists_too(
    five: list[str], copies: Any, sample_item: SampleItem, unit: FakeUnit, cipher: AesCipher
) -> None:
    copies.items["GZ-009"] = sample_item("GZ-009", window=Window(closes=date(2026, 3, 9)))
    assert refused(listing("e1", e1=3), unit, cipher) == [
        ("window_closed", "item_id"),
        ("amount_mismatch", "lines.0.amount_fen"),
    ]


def test_an_unknown_item_is_named_together_with_what_is_wrong_in_the_lines(
    five: list[str], unit: FakeUnit, cipher: AesCipher
) -> None:
    assert refused(listing("e1", "nobody", item_id="GZ-000"), unit, cipher) == [
        ("item_unknown", "item_id"),
        ("enterprise_unknown", "lines.1.enterprise_id"),
    ]


def test_every_list_of_the_first_day_is_taken_at_its_published_amounts(
    copies: Any,
    first_day: dict[str, Any],
    sample_item: SampleItem,
    sample_enterprise: SampleEnterprise,
    unit: FakeUnit,
    cipher: AesCipher,
) -> None:
    lists: dict[str, list[dict[str, Any]]] = {}
    for case in first_day["cases"]:
        if case["route"] == "nomination":
            lists.setdefault(case["item"], []).append(case)
    for code, cases in lists.items():
        item = copies.items[code] = sample_item(code)
        unit.actor = officer_of(item.content.rules.plan.department)
        for case in cases:
            enterprise = f"enterprise-{case['number']}"
            copies.known[enterprise] = sample_enterprise(case["number"], enterprise_id=enterprise)
        amounts = {f"enterprise-{case['number']}": case["expected_fen"] for case in cases}
        view = nominate_enterprises(listing(*amounts, item_id=code, **amounts), unit, cipher)
        assert [receipt.estimated_fen for receipt in view.receipts] == list(amounts.values())
    assert sum(len(cases) for cases in lists.values()) == 12


def officer_of(department: str) -> Actor:
    return SCIENCE.model_copy(update={"department": department})
