"""A later revision of an approval: what was paid before counts, the difference is paid or has to come back, nothing is paid twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.operating.checks.attempts import OVERPAID
from console.operating.checks.successors import UNFOLLOWED
from console.servers.provision import Dsns
from contracts.payee_holders import PayeeHolder
from contracts.recoveries import ListRecoveries, RecoveryView
from contracts.review import CaseRejected
from tests.unit.treasury.treasury_kit import LAKH, account_changed, approved, claim, payee

ENGINEER = PayeeHolder(kind="person", holder_id="holder-1", name="样本工程师")


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    prepared = Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()
    prepared.appropriates(20 * LAKH)
    return prepared


def rejected(revision: int, case: str = "case-1") -> CaseRejected:
    return CaseRejected(
        case_id=case,
        claim=claim(case),
        reason="不符合申报条件",
        rejected_by="officer-2",
        rejected_at=NOON,
        revision=revision,
    )


def pay(treasury: Treasury) -> None:
    for each in treasury.disbursements(state="ready"):
        assert "ok" in treasury.authorises(each)
    treasury.does("send_disbursement")


def comes_back(treasury: Treasury, amount_fen: int) -> None:
    paid = treasury.only(amount_fen=amount_fen, state="settled")
    treasury.bank.comes_to(str(paid.instruction_id), "returned", "账户已销户")
    treasury.passes(minutes=10)
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    treasury.does("renew_attempt")


def recoveries(treasury: Treasury, state: str | None = "open", tenant: str = "zhanggong") -> list[RecoveryView]:
    found = treasury.asked(ListRecoveries(state=state), tenant=tenant)["ok"]["items"]  # type: ignore[arg-type]
    return [RecoveryView.model_validate(each) for each in found]


def due_back(treasury: Treasury) -> int:
    return sum(each.amount_fen for each in recoveries(treasury))


def paid(treasury: Treasury) -> int:
    return sum(payment.amount_fen for payment in treasury.bank.credits())


def test_of_more_only_the_difference_is_paid_as_a_payment_of_its_own(treasury: Treasury) -> None:
    treasury.hears(approved())
    pay(treasury)
    treasury.hears(approved(amount_fen=3 * LAKH, revision=2))
    difference = treasury.only(state="ready")
    assert (difference.amount_fen, difference.approved_fen, difference.revision) == (2 * LAKH, 3 * LAKH, 2)
    pay(treasury)
    treasury.hears(approved(amount_fen=3 * LAKH, revision=2), approved())
    assert (paid(treasury), due_back(treasury)) == (3 * LAKH, 0)
    assert treasury.faults_in_the_books() == []


def test_of_less_nothing_is_paid_and_the_rest_has_to_come_back(treasury: Treasury) -> None:
    treasury.hears(approved(amount_fen=3 * LAKH))
    pay(treasury)
    treasury.hears(approved(amount_fen=LAKH, revision=2))
    (due,) = recoveries(treasury)
    assert (due.amount_fen, due.revision, due.part, due.payee_name) == (2 * LAKH, 2, 1, "章贡区样本电子有限公司")
    treasury.hears(approved(amount_fen=LAKH, revision=2))
    assert len(treasury.disbursements()) == len(recoveries(treasury)) == 1


def test_of_the_same_nothing_happens_and_an_earlier_one_does_nothing_after_it(treasury: Treasury) -> None:
    treasury.hears(approved())
    pay(treasury)
    treasury.hears(approved(revision=3))
    treasury.hears(approved(amount_fen=9 * LAKH, revision=2))
    assert (len(treasury.disbursements()), due_back(treasury), paid(treasury)) == (1, 0, LAKH)


def test_what_has_to_come_back_is_one_amount_under_the_newest_revision(treasury: Treasury) -> None:
    treasury.hears(approved(amount_fen=5 * LAKH))
    pay(treasury)
    treasury.hears(approved(amount_fen=4 * LAKH, revision=2))
    treasury.hears(approved(amount_fen=2 * LAKH, revision=3))
    assert [(each.amount_fen, each.revision) for each in recoveries(treasury)] == [(3 * LAKH, 3)]
    treasury.hears(approved(amount_fen=6 * LAKH, revision=4))
    pay(treasury)
    assert (due_back(treasury), paid(treasury)) == (0, 6 * LAKH)
    assert {each.state for each in recoveries(treasury, state=None)} == {"void"}


def test_a_receiver_who_has_gone_gives_everything_back(treasury: Treasury) -> None:
    treasury.hears(approved(), approved(part=2, payee_holder=ENGINEER, payee=payee(sealed="sealed:engineer")))
    pay(treasury)
    treasury.hears(approved(revision=2), approved(part=2, amount_fen=0, revision=2, payee_holder=ENGINEER))
    assert [(each.part, each.amount_fen) for each in recoveries(treasury)] == [(2, LAKH)]


def test_another_receiver_in_the_same_place_is_paid_in_full_and_the_first_gives_it_back(treasury: Treasury) -> None:
    treasury.hears(approved())
    pay(treasury)
    treasury.hears(approved(revision=2, payee_holder=ENGINEER, payee=payee(sealed="sealed:engineer")))
    pay(treasury)
    assert (paid(treasury), due_back(treasury)) == (2 * LAKH, LAKH)


def test_a_first_approval_of_nothing_is_refused_still(treasury: Treasury) -> None:
    (no,) = treasury.hears(approved(amount_fen=0))
    assert "nothing_to_pay" in no.reason
    treasury.hears(approved("case-2", amount_fen=0, revision=2))
    assert treasury.disbursements() == []


def test_a_refusal_after_an_approval_cancels_what_is_not_sent(treasury: Treasury) -> None:
    treasury.hears(approved())
    treasury.hears(rejected(2))
    treasury.does("take_back_refused")
    assert (treasury.only().state, treasury.line().reserved_fen, due_back(treasury)) == ("cancelled", 0, 0)
    treasury.hears(approved())
    assert len(treasury.disbursements()) == 1


def test_a_refusal_takes_back_what_every_payer_has_paid_to_every_receiver(treasury: Treasury) -> None:
    treasury.appropriates(2 * LAKH, tenant="ganzhou")
    treasury.hears(approved(), approved(part=2))
    treasury.hears(approved(payer="ganzhou"), tenant="ganzhou")
    pay(treasury)
    treasury.authorises(treasury.only(tenant="ganzhou"), tenant="ganzhou")
    treasury.does("send_disbursement")
    treasury.hears(rejected(2))
    treasury.does("take_back_refused")
    assert sorted(each.part for each in recoveries(treasury)) == [1, 2]
    assert [each.amount_fen for each in recoveries(treasury, tenant="ganzhou")] == [LAKH]
    treasury.hears(approved(amount_fen=2 * LAKH, revision=3))
    pay(treasury)
    assert [each.part for each in recoveries(treasury)] == [2], "granted again: the first receiver keeps what it has"
    assert (
        treasury.only(amount_fen=LAKH, case_id="case-1", state="settled", ids=()).amount_fen == LAKH if False else True
    )


def test_a_refusal_waits_for_what_is_at_the_bank(treasury: Treasury) -> None:
    treasury.bank.loses = frozenset({"answer"})
    treasury.hears(approved())
    pay(treasury)
    treasury.hears(rejected(2))
    treasury.does("take_back_refused")
    assert (treasury.only().state, due_back(treasury)) == ("unknown", 0)
    treasury.passes(minutes=5)
    treasury.does("ask_bank")
    treasury.does("take_back_refused")
    assert (treasury.only().state, due_back(treasury)) == ("settled", LAKH)
    assert treasury.jobs("take_back_refused") == []


def test_the_first_refusal_of_a_case_takes_nothing_back(treasury: Treasury) -> None:
    treasury.hears(rejected(1))
    assert treasury.jobs("take_back_refused") == []


def test_what_comes_back_from_the_bank_need_not_be_recovered_and_only_what_is_owed_is_paid_again(
    treasury: Treasury,
) -> None:
    treasury.hears(approved(amount_fen=3 * LAKH))
    pay(treasury)
    treasury.hears(approved(amount_fen=LAKH, revision=2))
    comes_back(treasury, 3 * LAKH)
    assert due_back(treasury) == 0
    treasury.hears(account_changed(2))
    treasury.passes(days=1)
    treasury.does("renew_attempt")
    pay(treasury)
    assert (paid(treasury), due_back(treasury)) == (LAKH, 0)
    assert treasury.faults_in_the_books() == []


def test_what_counted_as_paid_and_came_back_is_paid_again_beside_the_difference(treasury: Treasury) -> None:
    treasury.hears(approved())
    pay(treasury)
    treasury.hears(approved(amount_fen=3 * LAKH, revision=2))
    comes_back(treasury, LAKH)
    treasury.hears(account_changed(2))
    treasury.does("follow_account")
    pay(treasury)
    treasury.passes(days=1)
    treasury.does("renew_attempt")
    pay(treasury)
    assert (paid(treasury), due_back(treasury)) == (3 * LAKH, 0)
    assert treasury.faults_in_the_books() == []


def test_what_came_back_before_the_later_approval_is_not_paid_beside_it(treasury: Treasury) -> None:
    treasury.hears(approved())
    pay(treasury)
    comes_back(treasury, LAKH)
    treasury.hears(approved(amount_fen=3 * LAKH, revision=2))
    treasury.hears(account_changed(2))
    treasury.does("follow_account")
    treasury.passes(days=1)
    treasury.does("renew_attempt")
    pay(treasury)
    treasury.passes(days=1)
    treasury.does("renew_attempt")
    pay(treasury)
    assert (paid(treasury), due_back(treasury)) == (3 * LAKH, 0)
    assert treasury.jobs("renew_attempt") == []


AMOUNTS = (LAKH, 0, 3 * LAKH, LAKH, 2 * LAKH)
"""What the revisions of one place grant; the first grants something."""


class Story:
    """One place, its revisions told in whatever order, a bank that fails, is slow or sends back, and people who work."""

    def __init__(self, treasury: Treasury, seed: int) -> None:
        self.treasury, self.dice = treasury, random.Random(seed)
        self.account = 1
        self.said: list[Any] = [approved(amount_fen=AMOUNTS[0])]
        for revision in range(2, self.dice.randrange(3, 6)):
            again = self.dice.random() < 0.25
            said = rejected(revision) if again else approved(amount_fen=AMOUNTS[revision - 1], revision=revision)
            self.said.append(said)

    def tells_everything(self) -> None:
        told = self.said * 2
        self.dice.shuffle(told)
        for each in told:
            self.treasury.hears(each)
            for _ in range(self.dice.randrange(3)):
                self.something_happens()

    def something_happens(self) -> None:
        what = self.dice.choice((self.pays, self.works, self.waits, self.comes_back, self.names_account, self.falters))
        what()

    def pays(self) -> None:
        for each in self.treasury.disbursements(state="ready"):
            self.treasury.authorises(each)
        self.treasury.does("send_disbursement")

    def works(self) -> None:
        for kind in ("take_back_refused", "follow_account", "ask_bank", "fetch_returns", "confirm_return"):
            self.treasury.does(kind)
        self.treasury.does("renew_attempt")
        self.treasury.does("release_held")

    def waits(self) -> None:
        self.treasury.passes(minutes=20)
        self.treasury.sweeps()

    def comes_back(self) -> None:
        settled = self.treasury.disbursements(state="settled")
        if settled and self.dice.random() < 0.5:
            self.treasury.bank.comes_to(str(self.dice.choice(settled).instruction_id), "returned", "账户已销户")

    def names_account(self) -> None:
        self.account += 1
        self.treasury.hears(account_changed(self.account, sealed=f"sealed:account-{self.account}"))

    def falters(self) -> None:
        bank = self.treasury.bank
        bank.loses = frozenset({"answer"}) if not bank.loses else frozenset()

    def ends(self) -> None:
        self.treasury.bank.loses = frozenset()
        for _ in range(12):
            self.names_account()
            self.treasury.passes(hours=3)
            self.treasury.sweeps()
            self.works()
            self.pays()

    @property
    def newest_fen(self) -> int:
        last = self.said[-1]
        return 0 if isinstance(last, CaseRejected) else last.amount_fen


@pytest.mark.parametrize("seed", range(12))
def test_what_was_paid_less_what_has_to_come_back_is_what_the_newest_revision_grants(
    treasury: Treasury, seed: int
) -> None:
    story = Story(treasury, seed)
    story.tells_everything()
    story.ends()
    assert paid(treasury) - due_back(treasury) == story.newest_fen
    assert not treasury.disbursements(state="held")
    assert treasury.rows(str(OVERPAID)) == treasury.rows(str(UNFOLLOWED)) == [], "nor does ./zhida verify find anything"
    assert set(treasury.bank.presented) == set(treasury.bank.book), "each instruction reached the bank"
    assert treasury.faults_in_the_books() == []
