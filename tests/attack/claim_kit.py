"""One claim and everybody who has to do with it, over the gateway: for tests that do much at the same moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import httpx
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.actors import application_form
from console.demo.people import ACCOUNTS, CHECKER, WINDOW, officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed

Json = dict[str, Any]


@dataclass
class ClaimAtTheDoor:
    """One claim of a scene that is prepared, and the people who act for it."""

    house: House
    stage: Stage
    client: httpx.Client
    number: int = 0

    def each(self) -> list[ClaimAtTheDoor]:
        """One of these for every claim of the scene."""
        return [replace(self, number=number) for number in range(len(self.stage.scene.claims))]

    @property
    def claim(self) -> Claimed:
        return self.stage.scene.claims[self.number]

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
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"attack/{new_id()}"}
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
