"""Who gets what of a case: parts of the plan, holders named for them, accounts, and what payers are told."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from typing import Any

import pytest
from pydantic import TypeAdapter

from chassis.testing.fakes import NOON, FakeUnit, received
from chassis.time.clock import CHINA
from contracts.case_payees import NamedPayee
from contracts.identity import TenantSettings
from contracts.naming_payees import NamePayees
from contracts.payee_holders import HolderKind, PayeeHolder
from contracts.refusal import Refused
from contracts.review import ApproveCase, CaseAccepted, CaseApproved, CaseView, RejectCase
from contracts.rule import ItemRules, Level, PayeeKind, PayeePart, Payees
from services.review.account_copies.store import AccountCopies
from services.review.cases import opening
from services.review.cases.answers import StepAnswer
from services.review.cases.case import Case
from services.review.cases.finishing import finish
from services.review.cases.judging import judged
from services.review.cases.lists import decide_lists
from services.review.cases.receivers import EmittedPart
from services.review.cases.store import Cases
from services.review.cases.use_cases import approve_case, reject_case
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions
from services.review.payees.use_cases import name_payees
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    COUNTY_ADVANCES,
    PAYEE,
    TWO_TO_EIGHT,
    Registry,
    application,
    item_rules,
    line,
    nomination,
    opened,
    review_unit,
)
from tests.unit.rules.sample_files import ITEMS, worked_cases

GRADUATES = PayeePart(
    who=PayeeKind.GRADUATE, label="毕业生本人", fraction="1/3", income_tax="not_withheld", fund="就业资金"
)
BANK = PayeePart(who=PayeeKind.BANK, label="经办银行", fraction="1/4")
REST = PayeePart(who=PayeeKind.APPLICANT, label="申报企业")
GRADUATE_PART = AMOUNT // 3


def rules(*parts: PayeePart, **words: Any) -> ItemRules:
    return item_rules(**words).model_copy(update={"payees": Payees(parts=parts or (GRADUATES, REST))})


def confirmed(uow: FakeUnit, holder_id: str, kind: HolderKind = "person", version: int = 1) -> None:
    holder = PayeeHolder(kind=kind, holder_id=holder_id, name=f"示例{holder_id}")
    payee = PAYEE.model_copy(
        update={
            "account_id": f"a-{holder_id}-{version}",
            "account_version": version,
            "account_name": f"示例{holder_id}",
        }
    )
    uow.of(AccountCopies).keep_holders({("zhanggong", holder_id): (holder, payee)})


def naming(case: Case, *payees: tuple[int, str] | tuple[int, str, int]) -> NamePayees:
    said = tuple(NamedPayee(part=each[0], holder_id=each[1], amount_fen=(*each, None)[2]) for each in payees)
    return NamePayees(case_id=case.id, payees=said, expected_version=case.version)


def approving(case: Case) -> ApproveCase:
    return ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version)


def codes(refused: Refused) -> list[str]:
    return [each.code for each in refused.reasons]


def approvals(uow: FakeUnit) -> list[CaseApproved]:
    return [each for each in uow.events if isinstance(each, CaseApproved)]


def margins(told: list[CaseApproved]) -> tuple[dict[str, int], dict[int, int], dict[str, int]]:
    """By payer, by receiver, and by bearer."""
    payers: dict[str, int] = defaultdict(int)
    receivers: dict[int, int] = defaultdict(int)
    bearers: dict[str, int] = defaultdict(int)
    for each in told:
        payers[each.payer] += each.amount_fen
        receivers[each.part] += each.amount_fen
        assert sum(share.amount_fen for share in each.borne) == each.amount_fen
        for share in each.borne:
            bearers[share.payer] += share.amount_fen
    return dict(payers), dict(receivers), dict(bearers)


def test_a_case_whose_receivers_are_not_named_is_not_approved_and_says_so_before() -> None:
    uow = review_unit(rules(GRADUATES, BANK, REST))
    case = opened(uow)
    assert [each.code for each in case.against] == ["payee_not_named", "payee_not_named"]
    with pytest.raises(Refused) as refused:
        approve_case(approving(case), uow)
    assert codes(refused.value) == ["payee_not_named", "payee_not_named"]


def test_every_receiver_without_a_confirmed_account_is_named_at_once() -> None:
    uow = review_unit(rules(GRADUATES, BANK, REST))
    case = opened(uow)
    name_payees(naming(case, (1, "g1", 1), (1, "g2", GRADUATE_PART - 1), (2, "bank")), uow)
    confirmed(uow, "g2")
    with pytest.raises(Refused) as refused:
        approve_case(approving(case), uow)
    assert codes(refused.value) == ["payee_account_needed"] * 2


def test_each_receiver_has_a_number_a_part_and_its_own_event() -> None:
    uow = review_unit(rules(GRADUATES, BANK, REST))
    for holder, kind in (("g1", "person"), ("g2", "person"), ("bank", "organisation")):
        confirmed(uow, holder, kind)
    case = opened(uow)
    view = name_payees(naming(case, (1, "g1", 4_000_000), (1, "g2", GRADUATE_PART - 4_000_000), (2, "bank")), uow)
    assert [(each.number, each.part, each.holder_id, each.amount_fen) for each in view.payees] == [
        (1, 1, "g1", 4_000_000),
        (2, 1, "g2", GRADUATE_PART - 4_000_000),
        (3, 2, "bank", AMOUNT // 4),
        (4, 3, None, AMOUNT - GRADUATE_PART - AMOUNT // 4),
    ]
    approve_case(approving(case), uow)
    told = approvals(uow)
    assert [(each.part, each.parts, each.payee_holder and each.payee_holder.holder_id) for each in told] == [
        (1, 4, "g1"),
        (2, 4, "g2"),
        (3, 4, "bank"),
        (4, 4, None),
    ]
    assert [each.income_tax for each in told] == ["not_withheld", "not_withheld", None, None]
    assert told[0].payee.account_id == "a-g1-1" and told[3].payee == PAYEE
    assert (told[0].fund, told[0].payee_label, told[0].budget_line) == ("就业资金", "毕业生本人", "KJ-01")
    assert {each.total_fen for each in told} == {AMOUNT}


def test_a_second_approver_gives_his_word_again_where_receivers_change_after_the_first() -> None:
    uow = review_unit(rules())
    case = opened(uow)
    name_payees(naming(case, (1, "g1")), uow)
    passed = StepAnswer(2, "", "approval", "passed", "leader-1", "区科技局", NOON)
    case.answer(passed)
    name_payees(naming(case, (1, "g2")), uow)
    assert [each.verdict for each in case.answers if each.kind == "approval"] == ["passed", "withdrawn"]


def test_everything_wrong_with_naming_is_said_at_once_and_nothing_is_kept() -> None:
    uow = review_unit(rules(GRADUATES, BANK, REST))
    confirmed(uow, "firm", "organisation")
    confirmed(uow, "person")
    case = opened(uow)
    said = naming(case, (1, "firm", 5), (1, "g2", 5), (2, "person"), (3, "own"), (4, "who"), (1, "g2", 7))
    with pytest.raises(Refused) as refused:
        name_payees(said, uow)
    assert sorted(codes(refused.value)) == [
        "payee_amounts_differ",
        "payee_kind_wrong",
        "payee_kind_wrong",
        "payee_named_twice",
        "payee_named_twice",
        "payee_part_is_the_applicants",
        "payee_part_unknown",
    ]
    differing = next(each for each in refused.value.reasons if each.code == "payee_amounts_differ")
    assert "少 99,999.83 元" in differing.message


def test_several_receivers_of_a_part_each_need_an_amount() -> None:
    uow = review_unit(rules())
    case = opened(uow)
    with pytest.raises(Refused) as refused:
        name_payees(naming(case, (1, "g1"), (1, "g2", 5)), uow)
    assert codes(refused.value) == ["payee_amount_missing"]


@pytest.mark.parametrize("shares", [TWO_TO_EIGHT, COUNTY_ADVANCES])
def test_payers_receivers_and_bearers_add_up_to_the_fen(shares: Any) -> None:
    uow = review_unit(rules(GRADUATES, BANK, REST, shares=shares))
    for holder, kind in (("g1", "person"), ("g2", "person"), ("bank", "enterprise")):
        confirmed(uow, holder, kind)
    case = opened(uow)
    name_payees(naming(case, (1, "g1", 3_333_333), (1, "g2", GRADUATE_PART - 3_333_333), (2, "bank")), uow)
    approve_case(approving(case), uow)
    payers, receivers, bearers = margins(approvals(uow))
    advanced = shares is COUNTY_ADVANCES
    split = {"ganzhou": AMOUNT * 2 // 10, "zhanggong": AMOUNT * 8 // 10}
    assert payers == ({"zhanggong": AMOUNT} if advanced else split)
    assert receivers == {each.number: each.amount_fen for each in case.receivers}
    assert bearers == split
    assert {each.share_mode for each in approvals(uow)} == {"county_advances" if advanced else "direct"}


def test_the_newest_confirmed_account_counts_at_the_approval() -> None:
    uow = review_unit()
    case = opened(uow)
    newer = PAYEE.model_copy(update={"account_version": 2, "account_id": "account-2"})
    uow.of(AccountCopies).keep_enterprises({("zhanggong", "enterprise-1"): newer})
    approve_case(approving(case), uow)
    assert [each.payee.account_id for each in approvals(uow)] == ["account-2"]


def test_an_older_account_than_the_filed_one_does_not_come_back() -> None:
    uow = review_unit()
    case = opened(uow)
    case.payee = PAYEE.model_copy(update={"account_version": 3})
    uow.of(AccountCopies).keep_enterprises({("zhanggong", "enterprise-1"): PAYEE})
    approve_case(approving(case), uow)
    assert [each.payee.account_version for each in approvals(uow)] == [3]


def test_a_case_that_was_filed_without_an_account_waits_for_one() -> None:
    uow = review_unit()
    submitted = application().model_copy(update={"payee": None})
    opening.open_cases([received(submitted)], uow)
    (case,) = uow.of(Cases).rows.values()
    assert [each.code for each in case.against] == ["payee_account_needed"]
    uow.of(AccountCopies).keep_enterprises({("zhanggong", "enterprise-1"): PAYEE})
    approve_case(approving(case), uow)
    assert case.state == "approved"


def test_a_line_of_a_list_waits_for_its_receivers_and_is_then_granted_as_listed() -> None:
    uow = review_unit(rules(mode="no_application"))
    decide_lists([received(nomination(line()))], uow)
    (case,) = uow.of(Cases).rows.values()
    assert (case.state, case.listed_by) == ("accepted", "officer-1")
    name_payees(naming(case, (1, "g1")), uow)
    assert case.state == "accepted"
    confirmed(uow, "g1")
    view: CaseView = name_payees(naming(case, (1, "g1")), uow)
    assert (view.state, view.decided_by) == ("approved", "officer-1")
    assert margins(approvals(uow))[1] == {1: GRADUATE_PART, 2: AMOUNT - GRADUATE_PART}


def test_what_is_not_paid_any_more_in_a_later_revision_is_said_to_be_nothing_under_its_old_number() -> None:
    uow = review_unit(rules())
    for holder in ("g1", "g2"):
        confirmed(uow, holder)
    case = opened(uow)
    name_payees(naming(case, (1, "g1", 4_000_000), (1, "g2", GRADUATE_PART - 4_000_000)), uow)
    approve_case(approving(case), uow)
    uow.recorded.clear()
    case.state, case.decision, case.revision, case.answers = "accepted", None, 2, ()
    confirmed(uow, "g3")
    name_payees(naming(case, (1, "g2", 1), (1, "g3", GRADUATE_PART - 1)), uow)
    approve_case(approving(case), uow)
    told = {each.part: each for each in approvals(uow)}
    holders = {number: each.payee_holder and each.payee_holder.holder_id for number, each in told.items()}
    assert holders == {1: "g1", 2: "g2", 3: None, 4: "g3"}
    assert {number: each.amount_fen for number, each in told.items()} == {
        1: 0,
        2: 1,
        3: AMOUNT - GRADUATE_PART,
        4: GRADUATE_PART - 1,
    }
    assert {each.revision for each in told.values()} == {2}


def test_a_refusal_after_reopening_leaves_nothing_to_take_back_twice() -> None:
    uow = review_unit(rules())
    confirmed(uow, "g1")
    case = opened(uow)
    name_payees(naming(case, (1, "g1")), uow)
    approve_case(approving(case), uow)
    case.state, case.decision, case.revision, case.answers = "accepted", None, 2, ()
    reject_case(
        RejectCase(other_grounds=OWN_GROUNDS, case_id=case.id, reason="不符合条件", expected_version=case.version), uow
    )
    assert [(each.number, each.amount_fen) for each in case.emitted] == [(1, 0), (2, 0)]


def test_what_may_be_expected_is_said_with_the_acceptance_by_payer_and_receiver() -> None:
    uow = review_unit(rules(shares=TWO_TO_EIGHT))
    opening.open_cases([received(application())], uow)
    (accepted,) = [each for each in uow.events if isinstance(each, CaseAccepted)]
    expected = {(each.payer, each.part): each.amount_fen for each in accepted.forecast}
    assert expected == {
        ("ganzhou", 1): GRADUATE_PART * 2 // 10,
        ("ganzhou", 2): (AMOUNT - GRADUATE_PART) * 2 // 10,
        ("zhanggong", 1): GRADUATE_PART * 8 // 10,
        ("zhanggong", 2): (AMOUNT - GRADUATE_PART) * 8 // 10,
    }
    assert {each.year for each in accepted.forecast} == {2026}


def test_later_instalments_are_foreseen_in_their_years() -> None:
    instalments = {
        "node": "instalments",
        "parts": [
            {"label": "首期", "fraction": "1/2", "due_year": 1},
            {"label": "二期", "fraction": "1/4", "due_year": 2},
            {"label": "三期", "fraction": "1/4", "due_year": 3},
        ],
    }
    found = ItemRules.model_validate({**item_rules().model_dump(mode="json"), "instalments": instalments})
    uow = review_unit(found)
    opening.open_cases([received(application(estimated_fen=AMOUNT // 2))], uow)
    (accepted,) = [each for each in uow.events if isinstance(each, CaseAccepted)]
    assert [(each.instalment, each.year, each.amount_fen) for each in accepted.forecast] == [
        (1, 2026, AMOUNT // 2),
        (2, 2027, AMOUNT // 4),
        (3, 2028, AMOUNT // 4),
    ]


class National(Registry):
    """Zhanggong with all levels above it."""

    def __init__(self) -> None:
        super().__init__()
        self.tenants |= {
            "cn": (None, Level.NATIONAL, TenantSettings()),
            "jiangxi": ("cn", Level.PROVINCE, TenantSettings()),
            "ganzhou": ("jiangxi", Level.CITY, TenantSettings()),
        }


SAMPLES = sorted(code for code, item in ITEMS.items() if item.rules.payees is not None)
PERSONS = {PayeeKind.GRADUATE, PayeeKind.EMPLOYEE, PayeeKind.MANAGEMENT_TEAM}


def test_the_samples_have_seven_items_with_other_receivers() -> None:
    assert len(SAMPLES) == 7


@pytest.mark.parametrize("code", SAMPLES)
def test_every_sample_item_with_other_receivers_is_filed_named_approved_and_paid_to_them(code: str) -> None:
    item, granted = ITEMS[code].rules, 0
    for worked in worked_cases()[code]:
        uow = review_unit(item)
        uow.registry = National()
        day = datetime.combine(worked.date, time(12), CHINA)
        submitted = application(known=tuple(worked.facts), at=day, estimated_fen=None).model_copy(
            update={"figures": tuple(worked.parameters)}
        )
        opening.open_cases([received(submitted)], uow)
        (case,) = uow.of(Cases).rows.values()
        case.decisions = tuple(worked.decisions)
        case.assessment = judged(item, case.facts, case.parameters, worked.date, decisions=case.decisions)
        if case.state == "received":
            opening.accept(case, uow)
        lines = case.assessment.payees
        if not lines:
            continue
        uow.of(Cases).save(case)
        named, parts = [], item.payees.parts if item.payees else ()
        for number, part in enumerate(parts, 1):
            if part.who is not PayeeKind.APPLICANT:
                confirmed(uow, f"h{number}", "person" if part.who in PERSONS else "organisation")
                named.append((number, f"h{number}"))
        name_payees(naming(case, *named), uow)
        uow.recorded.clear()
        carried_through(case, uow)
        granted += 1
        assert case.state == "approved", [each.message for each in case.against]
        payers, receivers, bearers = margins(approvals(uow))
        paid = {each.label: receivers[each.number] for each in case.receivers if each.amount_fen}
        assert paid == {each.label: each.money.fen for each in lines}
        assert sum(payers.values()) == sum(bearers.values()) == case.amount_fen
        taxed = {each.payee_label: each.income_tax for each in approvals(uow)}
        assert (
            taxed == {each.label: each.income_tax for each in item.payees.parts if each.label in taxed}
            if item.payees
            else {}
        )


def carried_through(case: Case, uow: FakeUnit) -> None:
    """Every step of the plan is passed, each by somebody else."""
    item: PinnedItem = next(iter(uow.of(ItemVersions).items([("item-1", 1)]).values()))
    while case.state == "accepted" and (places := case.standing(item.steps()).open):
        for place in places:
            kind = next(each.kind for each in item.steps() if each.number == place.step)
            by = f"person-{place.step}"
            case.answer(StepAnswer(place.step, place.slot, kind, "passed", by, "区科技局", uow.now))
        finish([(case, item)], uow)
    uow.of(Cases).save(case)


def test_what_was_kept_is_read_again_as_it_was() -> None:
    adapter = TypeAdapter(tuple[EmittedPart, ...])
    kept = (EmittedPart("zhanggong", 1, 1, 1, "g1", 5, PAYEE, PayeeHolder(kind="person", holder_id="g1", name="示例")),)
    assert adapter.validate_python(adapter.dump_python(kept, mode="json")) == kept
