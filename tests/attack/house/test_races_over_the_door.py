"""Several do at the same moment what only one may do: judged by the bank's book and by `./zhida verify`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.actors import application_form
from console.demo.people import ACCOUNTS, CHECKER, WINDOW, Office, officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed

pytestmark = [pytest.mark.race, pytest.mark.timeout(180)]
Json = dict[str, Any]


@dataclass
class Race:
    """One claim of a scene that is prepared, and the people who run for it."""

    house: House
    stage: Stage
    client: httpx.Client

    @property
    def claim(self) -> Claimed:
        return self.stage.scene.claims[0]

    @property
    def uscc(self) -> str:
        return self.claim.enterprise.uscc

    @property
    def enterprise_id(self) -> str:
        return self.stage.enterprises[self.uscc]

    @property
    def officer(self) -> str:
        return self.stage.people.token(officer_of(self.stage.scene.department_of(self.claim.item)))

    def post(self, path: str, token: str, body: Json | None = None, *, version: int | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"race/{new_id()}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return answered(lambda: self.client.post(f"/api/v1{path}", json=body, headers=headers))

    def listed(self, path: str, token: str, **asked: Any) -> list[Json]:
        """What of the list is about the claim's enterprise."""
        everything = self.stage.door.everything(path, token=token, **asked)
        return [each for each in everything if each["claim"]["uscc"] == self.uscc]

    def case(self) -> Json:
        """The claim's case, as soon as it can be approved."""

        def ready() -> Json | None:
            cases = self.listed("/cases", self.officer, state="accepted")
            for each in cases:
                if {reason["code"] for reason in each["obstacles"]} == {"material_unconfirmed"}:
                    self.confirms_materials(each)
            return next((each for each in cases if not each["obstacles"]), None)

        return eventually(ready, within=30)

    def files(self) -> httpx.Response:
        token = self.stage.enterprise_token(self.claim.enterprise)
        return self.post("/applications", token, application_form(self.stage, self.claim))

    def files_when_known(self) -> None:
        """Files, as often as intake has not heard of everything yet."""
        eventually(lambda: self.files().status_code == 201, within=30)

    def confirms_materials(self, case: Json) -> None:
        seen = [{"code": code, "means": "original_seen"} for code in case["unconfirmed_materials"]]
        self.post(f"/cases/{case['case_id']}/materials", self.officer, {"materials": seen}, version=case["version"])

    def approves(self, case: Json, token: str | None = None) -> httpx.Response:
        body = {"amount_fen": case["amount_fen"], "opinion": "符合条件，同意兑现"}
        return self.post(f"/cases/{case['case_id']}/approve", token or self.officer, body, version=case["version"])

    def payment(self, state: str) -> Json:
        token = self.stage.people.token(CHECKER)
        return eventually(lambda: next(iter(self.listed("/disbursements", token, state=state)), None), within=30)

    def authorises(self, payment: Json, token: str | None = None) -> httpx.Response:
        token = token or self.stage.people.token(CHECKER)
        return self.post(f"/disbursements/{payment['disbursement_id']}/authorise", token, version=payment["version"])

    def names_account(self, number: str) -> None:
        """Another account, named by the window and confirmed by a second person."""
        account = {**self.claim.enterprise.account, "account_number": number}
        kept = self.post(f"/enterprises/{self.enterprise_id}/payee-accounts", self.stage.people.token(WINDOW), account)
        assert kept.status_code == 201, kept.text
        confirmed = self.post(
            f"/payee-accounts/{kept.json()['account_id']}/confirm",
            self.stage.people.token(ACCOUNTS),
            version=kept.json()["version"],
        )
        assert confirmed.is_success, confirmed.text

    def credits(self) -> list[Json]:
        """What the bank has paid out to the claim's enterprise and not sent back."""
        name = self.claim.enterprise.account["account_name"]
        found, after = [], 0
        while True:
            asked = {"limit": 100, "after": after}
            book = httpx.get(f"{self.house.addresses.bank_url}/payments", params=asked, trust_env=False).json()
            found += [each for each in book["payments"] if each["creditor_name"] == name]
            if len(book["payments"]) < asked["limit"]:
                return found
            after = book["next_after"]


Begins = Callable[..., Race]


@pytest.fixture
def begins(house: House) -> Iterator[Begins]:
    """`begins("approve", INSTANT)` → a race for one new claim like that one of the sample."""
    with house.client() as client:
        yield lambda name, claim=INSTANT: Race(house, house.prepare(small_scene(name, [claim])), client)


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


def paid_once(run: Race) -> None:
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
