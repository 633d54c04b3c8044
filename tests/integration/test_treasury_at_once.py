"""Everything at once, from many workers: whatever they do to each other, the books stay true to the fen."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.events.inbox import ConcurrentBatch
from chassis.foundation.database import is_infrastructure_fault
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.refusal import StaleVersion
from services.treasury.rails.bank import BankAnswer, Payment
from tests.unit.treasury.treasury_kit import FakeBank, account_changed, approved, claim

WORKERS = 6
STEPS = 40


class FickleBank(FakeBank):
    """Settles most, fails some, and sometimes loses the answer."""

    def pay(self, payments: list[Payment]) -> dict[str, BankAnswer]:  # type: ignore[override]
        words = super().pay(payments)
        for payment in payments:
            die = int(payment.instruction_id[:2], 16) % 10
            if die == 0:
                self.comes_to(payment.instruction_id, "failed", "账户已销户")
                words[payment.instruction_id] = self.book[payment.instruction_id][1]
            elif die == 1:
                words[payment.instruction_id] = BankAnswer(instruction_id=payment.instruction_id, status="silent")
        return words


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock, FickleBank()).prepared()


def steps_of(treasury: Treasury, dice: random.Random) -> list[Callable[[], object]]:
    """What one worker may do next."""

    def approve() -> None:
        cases = [f"case-{dice.randrange(60)}" for _ in range(8)]
        treasury.inbox.apply(
            [
                received(
                    approved(
                        case,
                        about=claim(case, item_id=f"item-{int(case[5:]) % 3}"),
                        amount_fen=100 + int(case[5:]),
                        revision=dice.choice((1, 1, 1, 2)),
                        at=NOON + timedelta(seconds=int(case[5:])),
                    )
                )
                for case in cases
            ]
        )

    def authorise() -> None:
        for each in treasury.disbursements(state="ready")[:4]:
            treasury.authorises(each)

    return [
        approve,
        authorise,
        lambda: treasury.appropriates(dice.randrange(1, 400), item=dice.choice((None, "item-1"))),
        lambda: treasury.hears(account_changed(dice.randrange(2, 50))),
        lambda: treasury.clock.advance(timedelta(seconds=dice.randrange(40))),
        *(lambda kind=kind: treasury.does(kind) for kind in treasury.work),
        *(lambda kind=kind: treasury.does(kind) for kind in ("send_disbursement", "ask_bank")),
    ]


def test_whatever_many_workers_do_to_each_other_the_books_stay_true(treasury: Treasury) -> None:
    treasury.appropriates(1_000)
    treasury.appropriates(1, item="item-1")

    def work(worker: int) -> None:
        dice = random.Random(worker)
        steps = steps_of(treasury, dice)
        for _ in range(STEPS):
            try:
                dice.choice(steps)()
            except (ConcurrentBatch, StaleVersion):
                continue  # another worker was first; the frame would try again
            except Exception as error:
                if not is_infrastructure_fault(error):
                    raise

    with ThreadPoolExecutor(WORKERS) as workers:
        for done in [workers.submit(work, worker) for worker in range(WORKERS)]:
            done.result()
    for _ in range(40):
        treasury.clock.advance(timedelta(minutes=10))
        for kind in treasury.work:
            treasury.does(kind)
    assert treasury.faults_in_the_books() == []
    assert not [each for each in treasury.disbursements() if each.state in ("sent", "unknown", "authorised")]
    settled = {each.instruction_id for each in treasury.disbursements(state="settled")}
    assert settled == {payment.instruction_id for payment in treasury.bank.credits()}
    assert max(treasury.bank.presented.values()) == 1
    assert treasury.rows("SELECT sum(amount_fen) FROM ledger_posting") == [(0,)]
