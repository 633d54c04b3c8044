"""The bank as a process: killed, raced, and told to misbehave. It judges every fault run."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.testing import REPOSITORY, RunningProgram, eventually

LOST_CONNECTION = (httpx.RemoteProtocolError, httpx.ReadError)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.bank", tmp_path / "bank.sqlite") as bank:
        yield bank


def order(instruction_id: str = "P-1", **changes: Any) -> dict[str, Any]:
    return {
        "instruction_id": instruction_id,
        "debtor_account": "36000001",
        "creditor_account": "62220001",
        "creditor_name": "兴国县样本机械有限公司",
        "amount_fen": 20_000_000,
        "currency": "CNY",
        "purpose": "首次入规奖励",
    } | changes


def pay(bank: RunningProgram, *args: Any, **changes: Any) -> httpx.Response:
    return bank.client.post("/payments", json=order(*args, **changes))


def misbehave(bank: RunningProgram, *rules: dict[str, Any]) -> None:
    bank.client.put("/control/behaviour", json=list(rules)).raise_for_status()


def totals(bank: RunningProgram) -> dict[str, Any]:
    answer: dict[str, Any] = bank.client.get("/totals").raise_for_status().json()
    return answer


def credits_of(bank: RunningProgram) -> dict[str, dict[str, Any]]:
    credits: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = bank.client.get("/credits", params={"after": after}).raise_for_status().json()
        credits += page["credits"]
        after = page["next_after"]
    by_id = {credit["instruction_id"]: credit for credit in credits}
    assert len(by_id) == len(credits), "one credit per instruction id"
    return by_id


def test_nothing_answered_is_lost_and_nothing_executes_twice_when_the_bank_is_killed_again_and_again(
    bank: RunningProgram,
) -> None:
    ids = [f"P-{n}" for n in range(600)]
    answered: dict[str, dict[str, Any]] = {}
    done = threading.Event()

    def pay_until_answered(instruction_id: str) -> None:
        while not done.is_set():
            try:
                answered[instruction_id] = pay(bank, instruction_id).raise_for_status().json()
                return
            except httpx.TransportError:
                done.wait(0.05)

    with ThreadPoolExecutor(8) as clients:
        running = [clients.submit(pay_until_answered, instruction_id) for instruction_id in ids]
        try:
            for quota in (100, 250, 400):
                eventually(lambda quota=quota: len(answered) >= quota)
                bank.kill()
                known_before = dict(answered)
                bank.restart()
                kept = credits_of(bank)
                for instruction_id, result in known_before.items():
                    assert kept[instruction_id]["bank_reference"] == result["bank_reference"]
            eventually(lambda: len(answered) == len(ids))
        finally:
            done.set()
        for client in running:
            client.result()

    assert totals(bank)["settled_count"] == len(ids)
    assert totals(bank)["settled_fen"] == len(ids) * 20_000_000
    assert {i: c["bank_reference"] for i, c in credits_of(bank).items()} == {
        i: result["bank_reference"] for i, result in answered.items()
    }


def test_the_same_instruction_fifty_times_at_once_executes_once(bank: RunningProgram) -> None:
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: pay(bank), range(50)))

    assert Counter(answer.status_code for answer in answers) == {200: 50}
    assert len({answer.text for answer in answers}) == 1
    assert credits_of(bank)["P-1"]["attempts_seen"] == 50
    assert totals(bank)["settled_fen"] == 20_000_000


def test_of_two_contents_racing_under_one_instruction_exactly_one_is_ever_executed(
    bank: RunningProgram,
) -> None:
    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda n: pay(bank, amount_fen=1 + n % 2), range(40)))

    assert Counter(answer.status_code for answer in answers) == {200: 20, 409: 20}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "instruction_content_differs"
    assert totals(bank)["settled_count"] == 1


def test_a_payment_can_be_asked_for_alone_and_among_others(bank: RunningProgram) -> None:
    paid = pay(bank).json()

    assert bank.client.get("/payments/P-1").json() == paid
    missing = bank.client.get("/payments/P-2")
    assert (missing.status_code, missing.json()["code"]) == (404, "payment_not_found")
    several = bank.client.post("/payments/query", json={"instruction_ids": ["P-2", "P-1"]}).json()["results"]
    assert [result["status"] for result in several] == ["not_found", "settled"]
    assert several[1] == paid


def test_the_bank_pays_and_then_drops_the_line_and_asking_it_tells_the_truth(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "pay_then_timeout", "next": 1})

    with pytest.raises(LOST_CONNECTION):
        pay(bank)

    assert bank.client.get("/payments/P-1").json()["status"] == "settled"
    assert pay(bank).json()["status"] == "settled"
    assert totals(bank)["settled_count"] == 1
    assert credits_of(bank)["P-1"]["attempts_seen"] == 2


def test_the_bank_pays_and_then_says_nothing_for_longer_than_the_client_waits(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "pay_then_timeout", "seconds": 300})

    with pytest.raises(httpx.ReadTimeout):
        bank.client.post("/payments", json=order(), timeout=0.5)

    assert bank.client.get("/payments/P-1").json()["status"] == "settled"


def test_killed_after_booking_and_before_answering_the_bank_still_pays_once(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "pay_then_timeout", "seconds": 300, "next": 1})

    with ThreadPoolExecutor(1) as client:
        unanswered = client.submit(pay, bank)
        eventually(lambda: "P-1" in credits_of(bank))
        bank.kill()
        with pytest.raises(httpx.TransportError):
            unanswered.result()
    bank.restart()

    assert pay(bank).json()["status"] == "settled"
    assert totals(bank)["settled_count"] == 1
    assert credits_of(bank)["P-1"]["attempts_seen"] == 2


def test_the_line_drops_before_the_bank_has_booked_anything(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "timeout_before", "creditor_account": "62220001", "next": 1})

    with pytest.raises(LOST_CONNECTION):
        pay(bank)

    assert bank.client.get("/payments/P-1").status_code == 404
    assert pay(bank).json()["status"] == "settled"
    assert credits_of(bank)["P-1"]["attempts_seen"] == 2


def test_a_server_error_books_nothing(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "http_500", "amount_fen": 20_000_000, "next": 1})

    broken = pay(bank)

    assert (broken.status_code, broken.json()["code"]) == (500, "internal_error")
    assert bank.client.get("/payments/P-1").status_code == 404


def test_a_late_answer_comes_late_and_others_do_not_wait_for_it(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "answer_late", "seconds": 1.5, "instruction_prefix": "slow"})

    with ThreadPoolExecutor(1) as client:
        slow = client.submit(pay, bank, "slow-1")
        eventually(lambda: "slow-1" in credits_of(bank))
        quick = pay(bank, "quick-1")
        assert not slow.done(), "the quick one overtook it"

    assert quick.elapsed.total_seconds() < 1.0
    assert slow.result().json()["status"] == "settled"
    assert slow.result().elapsed.total_seconds() >= 1.5


def test_a_failure_on_demand_says_why(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "fail", "reason_code": "beneficiary_bank_closed", "reason": "收款行停业"})

    failed = pay(bank).json()

    assert (failed["status"], failed["reason_code"], failed["reason"]) == (
        "failed",
        "beneficiary_bank_closed",
        "收款行停业",
    )
    assert totals(bank)["failed_count"] == 1


def test_a_pending_payment_settles_by_itself_even_if_the_bank_is_killed_meanwhile(
    bank: RunningProgram,
) -> None:
    misbehave(bank, {"behaviour": "pending_then_settle", "seconds": 1.0})

    assert pay(bank).json()["status"] == "pending"
    assert totals(bank)["pending_count"] == 1
    bank.kill()
    bank.restart()

    eventually(lambda: bank.client.get("/payments/P-1").json()["status"] == "settled")
    assert totals(bank)["settled_count"] == 1


def test_rules_survive_a_kill_with_what_is_left_of_them_and_go_when_they_are_removed(
    bank: RunningProgram,
) -> None:
    misbehave(bank, {"behaviour": "fail", "next": 2})
    pay(bank, "P-1")
    bank.kill()
    bank.restart()

    rules = bank.client.get("/control/behaviour").json()
    assert [(rule["behaviour"], rule["remaining"], rule["applied"]) for rule in rules] == [("fail", 1, 1)]
    bank.client.delete("/control/behaviour").raise_for_status()
    assert pay(bank, "P-2").json()["status"] == "settled"


def test_a_batch_of_two_hundred_is_one_answer_with_a_state_per_line(bank: RunningProgram) -> None:
    account = {"name": "兴国县样本机械有限公司", "status": "closed"}
    bank.client.put("/accounts/62220009", json=account).raise_for_status()
    misbehave(bank, {"behaviour": "pending_then_settle", "seconds": 3600, "instruction_prefix": "B-1", "next": 5})
    lines = [order(f"B-{n}", creditor_account="62220009" if n < 37 else "62220001") for n in range(200)]

    results = bank.client.post("/payments/batch", json={"payments": lines}).json()["results"]

    assert [result["instruction_id"] for result in results] == [line["instruction_id"] for line in lines]
    assert Counter(result["status"] for result in results) == {"settled": 158, "failed": 37, "pending": 5}
    summary = totals(bank)
    assert (summary["settled_count"], summary["failed_count"], summary["pending_count"]) == (158, 37, 5)
    assert summary["by_debtor"]["36000001"]["settled_fen"] == 158 * 20_000_000
    too_many = bank.client.post("/payments/batch", json={"payments": [*lines, order("B-200")]})
    assert too_many.status_code == 422


def test_a_batch_whose_answer_is_lost_is_booked_whole(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "pay_then_timeout", "instruction_prefix": "B-7", "next": 1})
    lines = [order(f"B-{n}") for n in range(10)]

    with pytest.raises(LOST_CONNECTION):
        bank.client.post("/payments/batch", json={"payments": lines})
    again = bank.client.post("/payments/batch", json={"payments": lines}).json()["results"]

    assert {result["status"] for result in again} == {"settled"}
    assert totals(bank)["settled_count"] == 10


def test_a_return_days_later_is_found_by_the_cursor(bank: RunningProgram) -> None:
    for n in range(3):
        pay(bank, f"P-{n}")
    for n in (2, 0):
        bank.client.post(f"/control/return/P-{n}", json={"reason_code": "account_closed"}).raise_for_status()

    first = bank.client.get("/returns", params={"after": 0, "limit": 1}).json()
    second = bank.client.get("/returns", params={"after": first["next_after"]}).json()
    none_left = bank.client.get("/returns", params={"after": second["next_after"]}).json()

    assert [r["instruction_id"] for r in first["returns"] + second["returns"]] == ["P-2", "P-0"]
    assert none_left == {"returns": [], "next_after": second["next_after"]}
    assert bank.client.get("/payments/P-2").json()["status"] == "returned"
    assert credits_of(bank)["P-2"]["status"] == "returned"
    unpaid = bank.client.post("/control/return/P-9", json={"reason_code": "account_closed"})
    assert (unpaid.status_code, unpaid.json()["code"]) == (404, "payment_not_found")


def test_payments_are_listed_by_status_page_after_page(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "fail", "amount_fen": 1})
    for n in range(5):
        pay(bank, f"P-{n}", amount_fen=1 if n == 2 else 2)

    def page_after(position: int) -> tuple[list[str], int]:
        wanted = {"status": "settled", "after": position, "limit": 3}
        page = bank.client.get("/payments", params=wanted).json()
        return [payment["instruction_id"] for payment in page["payments"]], page["next_after"]

    first, position = page_after(0)
    second, position = page_after(position)

    assert (first, second) == (["P-0", "P-1", "P-3"], ["P-4"])
    assert page_after(position) == ([], position)


def test_a_malformed_payment_is_refused_with_every_wrong_field(bank: RunningProgram) -> None:
    refused = pay(bank, amount_fen="20", currency="USD")

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert {field["field"] for field in refused.json()["fields"]} == {"amount_fen", "currency"}
    assert totals(bank)["settled_count"] == 0


def test_a_file_that_is_no_bank_book_keeps_the_bank_from_starting(tmp_path: Path) -> None:
    diary = tmp_path / "diary.txt"
    diary.write_text("dear diary, " * 1000)

    ended = subprocess.run(
        [sys.executable, "-m", "sandbox.bank", "--port", "1", "--book", str(diary)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert ended.returncode == 2
    assert str(diary) in ended.stderr
    assert diary.read_text() == "dear diary, " * 1000


def test_dropped_connections_and_a_graceful_end_leave_no_errors_in_the_log(bank: RunningProgram) -> None:
    misbehave(bank, {"behaviour": "timeout_before", "next": 3})
    for n in range(3):
        with pytest.raises(LOST_CONNECTION):
            pay(bank, f"P-{n}")

    bank.__exit__()

    assert bank.log.read_text() == ""


def test_its_book_is_read_in_pages_of_all_or_of_one_day_by_instruction(bank: RunningProgram) -> None:
    for instruction in ("P-3", "P-1", "P-2"):
        pay(bank, instruction)
    bank.client.post("/control/return/P-2", json={"reason_code": "closed"}).raise_for_status()
    misbehave(bank, {"behaviour": "fail", "next": 1})
    pay(bank, "P-0")

    def page(path: str, **parameters: Any) -> dict[str, Any]:
        found: dict[str, Any] = bank.client.get(path, params=parameters).raise_for_status().json()
        return found

    first = page("/credits", limit=2)
    assert [each["instruction_id"] for each in first["credits"]] == ["P-1", "P-2"]
    rest = page("/credits", limit=2, after=first["next_after"])
    assert ([each["instruction_id"] for each in rest["credits"]], rest["next_after"]) == (["P-3"], None)
    (day,) = page("/days")["days"]
    assert day == {
        "day": day["day"],
        "credited_count": 3,
        "credited_fen": 60_000_000,
        "returned_count": 1,
        "returned_fen": 20_000_000,
    }
    assert len(page("/credits", day=day["day"])["credits"]) == 3
    assert page("/credits", day="2020-01-01")["credits"] == []
    assert page("/days", after=day["day"])["days"] == []
    some = bank.client.post("/credits/query", json={"instruction_ids": ["P-0", "P-2", "P-9"]}).json()["credits"]
    assert [(each["instruction_id"], each["status"]) for each in some] == [("P-2", "returned")]
