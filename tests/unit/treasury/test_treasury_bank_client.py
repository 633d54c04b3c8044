"""What may be concluded from each way in which a request to the bank can end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chassis.foundation.settings import SettingMissing
from services.treasury.rails.bank import ACCOUNT, BankUnreachable, BatchRefused, Payment, pool_account
from services.treasury.rails.bank_client import BankClient

SETTLED = {"status": "settled", "bank_reference": "SBK1", "settled_at": "2026-03-10T04:00:00.000000+00:00"}


def payment(instruction_id: str = "P-1") -> Payment:
    return Payment(instruction_id, "POOL-zhanggong", "62220001", "样本公司", 100, "奖励")


def client(answer: Callable[[httpx.Request], httpx.Response]) -> BankClient:
    return BankClient("http://bank", httpx.MockTransport(answer))


def answering(status: int, body: Any = None) -> BankClient:
    return client(lambda _: httpx.Response(status, json=body))


def failing(error: type[Exception]) -> BankClient:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("lost")

    return client(fail)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_where_no_connection_was_made_nothing_was_sent(error: type[Exception]) -> None:
    with pytest.raises(BankUnreachable):
        failing(error).pay([payment()])


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError],
)
def test_where_the_answer_was_lost_nothing_is_known(error: type[Exception]) -> None:
    words = failing(error).pay([payment("P-1"), payment("P-2")])
    assert {word.status for word in words.values()} == {"silent"}
    assert set(words) == {"P-1", "P-2"}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 202])
def test_a_server_that_fails_after_reading_leaves_it_open(status: int) -> None:
    assert answering(status, {}).pay([payment()])["P-1"].status == "silent"


@pytest.mark.parametrize("status", [302, 401, 403, 404, 413, 429])
def test_a_request_that_was_turned_away_may_be_tried_again(status: int) -> None:
    with pytest.raises(BankUnreachable):
        answering(status, {}).pay([payment()])


def test_a_malformed_payment_fails_but_not_its_neighbours() -> None:
    with pytest.raises(BatchRefused):
        answering(422, {"code": "invalid_request"}).pay([payment("P-1"), payment("P-2")])
    assert answering(422, {"code": "invalid_request"}).pay([payment("P-1")])["P-1"].status == "failed"


@pytest.mark.parametrize(
    "line",
    [
        {"instruction_id": "P-1", "status": "settled"},
        {"instruction_id": "P-1", "status": "paid_perhaps"},
        {"status": "settled"},
        {"instruction_id": "P-1", **SETTLED, "settled_at": "yesterday"},
        {"instruction_id": "P-1", **SETTLED, "settled_at": "2026-03-10T04:00:00"},
    ],
)
def test_a_line_that_cannot_be_read_is_silence_and_spoils_no_neighbour(line: dict[str, Any]) -> None:
    bank = answering(200, {"results": [line, {"instruction_id": "P-2", **SETTLED}]})
    words = bank.pay([payment("P-1"), payment("P-2")])
    assert (words["P-1"].status, words["P-2"].status) == ("silent", "settled")
    with pytest.raises(BankUnreachable, match="incomplete"):
        bank.ask(["P-1", "P-2"])


def test_an_answer_that_is_no_answer_is_silence() -> None:
    garbled = client(lambda _: httpx.Response(200, text="<html>"))
    assert garbled.pay([payment()])["P-1"].status == "silent"
    with pytest.raises(BankUnreachable):
        garbled.ask(["P-1"])
    with pytest.raises(BankUnreachable):
        garbled.returns(0)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_question_that_is_not_answered_says_nothing(status: int) -> None:
    with pytest.raises(BankUnreachable):
        answering(status, {}).ask(["P-1"])


def test_the_banks_address_is_a_setting() -> None:
    with pytest.raises(SettingMissing, match="BANK_URL"):
        BankClient.from_env({})


def test_different_tenants_pay_from_different_accounts_that_the_bank_can_write() -> None:
    tenants = ["zhanggong", "a_b", "a-b", "x" * 40, "x" * 39, "36-07"]
    accounts = {pool_account(tenant) for tenant in tenants}
    assert len(accounts) == len(tenants)
    assert all(ACCOUNT.fullmatch(account) for account in accounts)
    assert pool_account("zhanggong") == "POOL-zhanggong"
