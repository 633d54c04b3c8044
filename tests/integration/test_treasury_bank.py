"""Treasury and the sandbox's bank, as two programs: what the bank's own book says in the end is what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from treasury_database import LEASE_OVER, Treasury

from chassis.edge.frame import Frame
from chassis.outside.client import Limits
from chassis.testing.waiting import eventually
from chassis.time.clock import Clock, ShiftedClock, SystemClock
from console.servers.provision import Dsns
from sandbox.testing import RunningProgram
from services.treasury.rails.bank import BankUnreachable, BatchRefused, Payment
from services.treasury.rails.bank_client import BankClient
from tests.outside_kit import NEVER_DONE, rude
from tests.unit.treasury.treasury_kit import LAKH, approved


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.bank", tmp_path / "bank.sqlite") as bank:
        yield bank


@pytest.fixture
def client(bank: RunningProgram) -> BankClient:
    return BankClient(str(bank.client.base_url))


def misbehave(bank: RunningProgram, *rules: dict[str, Any]) -> None:
    bank.client.put("/control/behaviour", json=list(rules)).raise_for_status()


def credits_of(bank: RunningProgram) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bank.client.get("/credits").raise_for_status().json()["credits"]
    return found


def payment(instruction_id: str = "P-1", **changes: Any) -> Payment:
    words = {
        "instruction_id": instruction_id,
        "debtor_account": "POOL-zhanggong",
        "creditor_account": "62220001",
        "creditor_name": "章贡区样本电子有限公司",
        "amount_fen": LAKH,
        "purpose": "首次入规奖励",
    }
    return Payment(**words | changes)


def test_paid_asked_and_unheard_of(client: BankClient) -> None:
    assert client.pay([payment("P-1"), payment("P-2")])["P-1"].status == "settled"
    words = client.ask(["P-2", "P-3"])
    assert (words["P-2"].status, words["P-3"].status) == ("settled", "not_found")
    assert words["P-2"].settled_at is not None


@pytest.mark.parametrize("behaviour", ["pay_then_timeout", "timeout_before", "http_500"])
def test_an_answer_that_does_not_come_is_silence_whether_or_not_it_was_executed(
    bank: RunningProgram, client: BankClient, behaviour: str
) -> None:
    misbehave(bank, {"behaviour": behaviour, "next": 1})
    assert client.pay([payment()])["P-1"].status == "silent"
    executed = behaviour == "pay_then_timeout"
    assert client.ask(["P-1"])["P-1"].status == ("settled" if executed else "not_found")


def test_a_line_with_another_content_is_a_conflict_and_spoils_no_neighbour(client: BankClient) -> None:
    client.pay([payment("P-1")])
    words = client.pay([payment("P-1", amount_fen=1), payment("P-2")])
    assert (words["P-1"].status, words["P-2"].status) == ("conflict", "settled")


def test_a_malformed_payment_fails_alone_and_not_with_its_batch(bank: RunningProgram, client: BankClient) -> None:
    with pytest.raises(BatchRefused):
        client.pay([payment("P-1"), payment("P-2", creditor_account="不是账号")])
    assert credits_of(bank) == []
    word = client.pay([payment("P-2", creditor_account="不是账号")])["P-2"]
    assert word.status == "failed"
    assert word.told == "银行拒绝受理该指令"


def test_returns_are_read_page_by_page(bank: RunningProgram, client: BankClient) -> None:
    client.pay([payment("P-1"), payment("P-2")])
    assert client.returns(0) == ((), 0)
    bank.client.post("/control/return/P-2", json={"reason_code": "closed", "reason": "账户已销户"}).raise_for_status()
    assert client.returns(0) == (("P-2",), 1)
    assert client.returns(1) == ((), 1)
    word = client.ask(["P-2"])["P-2"]
    assert (word.status, word.reason) == ("returned", "账户已销户")


def test_a_bank_that_is_not_there_was_sent_nothing(bank: RunningProgram, client: BankClient) -> None:
    client.pay([payment("P-1")])
    bank.kill()
    with pytest.raises(BankUnreachable):
        client.pay([payment("P-2")])
    with pytest.raises(BankUnreachable):
        client.ask(["P-1"])
    bank.restart()
    assert client.ask(["P-1", "P-2"])["P-2"].status == "not_found"


# -- the whole way ----------------------------------------------------------------------------------------


class RunningClock:
    """The machine's time, and more once somebody advances it: the bank's own clock runs, too."""

    def __init__(self) -> None:
        self._clock: Clock = SystemClock()

    def now(self) -> Any:
        return self._clock.now()

    def advance(self, by: timedelta) -> Any:
        self._clock = ShiftedClock(by, self._clock)
        return self.now()


@pytest.fixture
def treasury(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], client: BankClient
) -> Treasury:
    dsns, clock = service_database("treasury"), RunningClock()
    frame = service_frame("treasury", dsns=dsns, clock=clock)
    return Treasury(frame, dsns, clock, client).prepared()  # type: ignore[arg-type]


def test_twenty_payments_under_every_fault_end_as_the_banks_book_says(bank: RunningProgram, treasury: Treasury) -> None:
    misbehave(
        bank,
        {"behaviour": "fail", "amount_fen": 104, "reason_code": "closed", "reason": "账户已销户"},
        {"behaviour": "pending_then_settle", "amount_fen": 105, "seconds": 0.2},
        {"behaviour": "pay_then_timeout", "next": 1},
    )
    year = treasury.clock.now().year
    treasury.appropriates(10_000, year=year)
    treasury.hears(*(approved(f"case-{n}", amount_fen=100 + n, at=treasury.clock.now()) for n in range(20)))
    for each in treasury.disbursements(state="ready"):
        treasury.authorises(each)
    treasury.does("send_disbursement", limit=10)
    bank.kill()
    with pytest.raises(BankUnreachable):
        treasury.does("send_disbursement")
    bank.restart()

    def all_ended() -> bool:
        treasury.clock.advance(LEASE_OVER)
        treasury.does("send_disbursement")
        treasury.does("ask_bank")
        return {each.state for each in treasury.disbursements()} == {"settled", "failed"}

    eventually(all_ended)
    ended = treasury.disbursements()
    assert [each.amount_fen for each in ended if each.state == "failed"] == [104]
    settled = {each.instruction_id: each.amount_fen for each in ended if each.state == "settled"}
    booked = credits_of(bank)
    assert {credit["instruction_id"]: credit["amount_fen"] for credit in booked} == settled
    assert all(credit["attempts_seen"] == 1 for credit in booked)
    assert {credit["debtor_account"] for credit in booked} == {"POOL-zhanggong"}
    assert treasury.faults_in_the_books() == []


@pytest.mark.parametrize("conduct", ["drip", "half-open", "endless"])
def test_a_bank_that_never_comes_to_an_end_leaves_the_payment_unknown_and_is_sent_nothing_again(
    treasury: Treasury, conduct: str
) -> None:
    treasury.appropriates(LAKH, year=treasury.clock.now().year)
    treasury.hears(approved(at=treasury.clock.now()))
    treasury.authorises(treasury.only())
    with rude(NEVER_DONE[conduct]) as server:
        treasury.bank = BankClient(server.url, limits=Limits(0.5))  # type: ignore[assignment]
        treasury.does("send_disbursement")
        assert treasury.only().state == "unknown"
        assert treasury.line(year=treasury.clock.now().year).available_fen == 0, "the money stays reserved"
        for _ in range(3):
            treasury.clock.advance(timedelta(minutes=10))
            treasury.does("send_disbursement")
            with pytest.raises(BankUnreachable):
                treasury.does("ask_bank")
        assert treasury.only().state == "unknown"
        assert sum(b"/payments/batch" in each for each in server.asked) == 1, "it was presented again, blind"


def test_a_payment_that_the_bank_sends_back_is_returned_here_too(bank: RunningProgram, treasury: Treasury) -> None:
    treasury.appropriates(LAKH, year=treasury.clock.now().year)
    treasury.hears(approved(at=treasury.clock.now()))
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    instruction = treasury.only(state="settled").instruction_id
    bank.client.post(f"/control/return/{instruction}", json={"reason_code": "closed"}).raise_for_status()
    treasury.clock.advance(timedelta(minutes=1))
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    assert treasury.only().state == "returned"
    assert treasury.faults_in_the_books() == []
