"""Several do at the same moment what only one may do: judged by the bank's book and by `./zhida verify`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from claim_kit import ClaimAtTheDoor
from scene_kit import INSTANT, NOMINATED

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.people import ACCOUNTS, CHECKER, SUPERVISOR, WINDOW, Office

pytestmark = [pytest.mark.race, pytest.mark.timeout(180)]
Begins = Callable[..., ClaimAtTheDoor]


def at_once(*runners: Callable[[], httpx.Response]) -> list[int]:
    """Everybody starts at the same moment; the statuses in the order of the runners."""
    barrier = threading.Barrier(len(runners))

    def run(runner: Callable[[], httpx.Response]) -> int:
        barrier.wait(timeout=10)
        return runner().status_code

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))


def one_of(statuses: Sequence[int], done: int = 200) -> None:
    """Exactly one came through, and the others were told that somebody was faster."""
    assert [each for each in statuses if each < 400] == [done], statuses
    assert set(statuses) - {done} <= {409, 412}, statuses


def paid_once(run: ClaimAtTheDoor) -> None:
    eventually(lambda: [each for each in run.credits() if each["status"] == "settled"], within=60)
    run.house.must_hold()
    assert len([each for each in run.credits() if each["status"] == "settled"]) == 1


def test_two_officers_who_approve_one_case_at_the_same_moment_grant_it_once(begins: Begins) -> None:
    run = begins("approve")
    department = run.stage.scene.department_of(run.claim.item)
    second = run.stage.people.appoint(Office(f"officer-{new_id()[-8:]}", "第二审核岗", ("department",), department))
    run.files_when_known()
    case = run.case()
    one_of(at_once(lambda: run.approves(case), lambda: run.approves(case, second)))
    run.authorises(run.payment("ready"))
    paid_once(run)


@pytest.mark.attack_only
def test_two_checkers_who_authorise_one_payment_at_the_same_moment_pay_it_once(begins: Begins) -> None:
    run = begins("authorise")
    second = run.stage.people.appoint(Office(f"checker-{new_id()[-8:]}", "第二兑付复核岗", ("bureau",)))
    run.files_when_known()
    run.approves(run.case())
    payment = run.payment("ready")
    one_of(at_once(lambda: run.authorises(payment), lambda: run.authorises(payment, second)))
    paid_once(run)


@pytest.mark.attack_only
def test_one_claim_filed_twenty_times_at_the_same_moment_is_paid_once(begins: Begins) -> None:
    run = begins("file")
    run.files_when_known()
    at_once(*[run.files] * 19)

    def decided() -> bool:
        open_cases = [each for each in run.listed("/cases", run.officer, state="accepted") if not each["obstacles"]]
        at_once(*[lambda case=each: run.approves(case) for each in open_cases] or [run.files])
        return bool(run.listed("/disbursements", run.stage.people.token(CHECKER), state="ready"))

    eventually(decided, within=30)
    for payment in run.listed("/disbursements", run.stage.people.token(CHECKER), state="ready"):
        run.authorises(payment)
    paid_once(run)


@pytest.mark.attack_only
def test_a_list_pushed_twice_at_the_same_moment_is_paid_once(begins: Begins) -> None:
    run = begins("nominate", NOMINATED)
    line = {"enterprise_id": run.enterprise_id, "amount_fen": run.claim.expected_fen}
    body = {"item_id": run.stage.items[run.claim.item], "lines": [line]}

    def pushed() -> bool:
        return 201 in at_once(*[lambda: run.post("/nominations", run.officer, body)] * 2)

    eventually(pushed, within=30)  # whoever is pushed by a list is approved by it (免申即享)
    run.authorises(run.payment("ready"))
    paid_once(run)


@pytest.mark.attack_only
def test_an_account_confirmed_while_its_payment_is_authorised_is_paid_once(begins: Begins) -> None:
    run = begins("account")
    run.files_when_known()
    run.approves(run.case())
    payment = run.payment("ready")
    barrier = threading.Barrier(2)

    def changes() -> None:
        barrier.wait(timeout=10)
        run.names_account("3607020911110001")

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(changes)
        barrier.wait(timeout=10)
        run.authorises(payment)
        changing.result(timeout=60)

    def came_to_an_end() -> bool:
        # Between authorising and sending the account changed: it comes back to be authorised anew.
        for each in run.listed("/disbursements", run.stage.people.token(CHECKER), state="ready"):
            run.authorises(each)
        return any(each["status"] == "settled" for each in run.credits())

    eventually(came_to_an_end, within=60)
    paid_once(run)


@pytest.mark.attack_only
def test_a_return_heard_while_another_account_is_confirmed_is_paid_again_once(begins: Begins) -> None:
    run = begins("return")
    run.files_when_known()
    run.approves(run.case())
    run.authorises(run.payment("ready"))
    paid_once(run)
    (credit,) = run.credits()
    returned = httpx.post(
        f"{run.house.addresses.bank_url}/control/return/{credit['instruction_id']}",
        json={"reason_code": "account_closed"},
        trust_env=False,
    )
    assert returned.status_code == 200, returned.text
    run.names_account("3607020922220001")

    def paid_again() -> bool:
        for each in run.listed("/disbursements", run.stage.people.token(CHECKER), state="ready"):
            run.authorises(each)
        return sorted(each["status"] for each in run.credits()) == ["returned", "settled"]

    eventually(paid_again, within=90, every=0.5)
    paid_once(run)


def merge_of(run: ClaimAtTheDoor, absorbed: ClaimAtTheDoor) -> Callable[[], httpx.Response]:
    """A proposed merge of two dossiers, to be confirmed by a second person."""
    body = {"absorbed_id": absorbed.enterprise_id, "surviving_id": run.enterprise_id, "reason": "同一企业重复建档"}
    proposed = run.post("/enterprise-merges", run.stage.people.token(WINDOW), body)
    assert proposed.status_code == 201, proposed.text
    path, version = f"/enterprise-merges/{proposed.json()['merge_id']}/confirm", proposed.json()["version"]
    return lambda: run.post(path, run.stage.people.token(ACCOUNTS), version=version)


def granted(runs: Sequence[ClaimAtTheDoor]) -> int:
    """How many of these claims stand approved."""
    states = [each["state"] for run in runs for each in run.listed("/cases", run.officer)]
    return states.count("approved")


def found_twice(run: ClaimAtTheDoor) -> bool:
    """Whether a person is shown that this enterprise has the same award twice."""
    asked = {"token": run.stage.people.token(SUPERVISOR)}
    findings = run.stage.door.everything("/award-findings", **asked)
    return any(run.uscc in str(each) for each in findings)


@pytest.mark.attack_only
@pytest.mark.parametrize("dossiers", [2, 3])
def test_what_is_approved_under_several_codes_while_they_are_merged_is_granted_once_or_found(
    begins: Begins, dossiers: int
) -> None:
    first, *others = runs = begins("merge", *[INSTANT] * dossiers).each()
    for run in runs:
        run.files_when_known()
    cases = [run.case() for run in runs]
    # 2 → 1, 3 → 2: a chain, confirmed link by link at the moment of the approvals.
    merges = [merge_of(into, absorbed) for into, absorbed in zip(runs, others, strict=False)]
    approvals = [lambda run=run, case=case: run.approves(case) for run, case in zip(runs, cases, strict=True)]
    at_once(*approvals, *merges)
    eventually(lambda: granted(runs) == 1 or found_twice(first) or found_twice(others[0]), within=30)
    assert granted(runs) >= 1

    def paid() -> bool:
        for run in runs:
            for payment in run.listed("/disbursements", run.stage.people.token(CHECKER), state="ready"):
                run.authorises(payment)
        return sum(len(run.credits()) for run in runs) == granted(runs)

    eventually(paid, within=60, every=0.5)
    first.house.must_hold()


@pytest.mark.attack_only
def test_an_item_revised_while_it_is_claimed_and_granted_is_paid_once(begins: Begins) -> None:
    run = begins("revise", own_item=True)
    item, content = run.stage.items[run.claim.item], run.stage.scene.items[run.claim.item]
    revised = {
        "content": {**content, "title": "修订后的事项"},
        "reason": "更正名称",
        "ground": {"kind": "minor_change", "text": "更正名称"},
    }

    def revises() -> httpx.Response:
        return run.post(f"/authoring/items/{item}/revise", run.officer, revised, version=1)

    run.files_when_known()
    one_of(at_once(revises, revises, run.files, run.files)[:2])
    case = run.case()
    assert run.approves(case).status_code == 200
    run.authorises(run.payment("ready"))
    paid_once(run)
