"""What a bank writes about a payment reaches neither the public nor the enterprise: it likes to name accounts."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from claim_kit import ClaimAtTheDoor

from chassis.testing.waiting import eventually
from console.demo.people import CHECKER

A_NUMBER = re.compile(r"(?<![\w-])\d{12,}(?![\w-])")
"""Twelve digits or more, alone: an account. Not the last part of an id, nor a part of a credit code."""

SAID = "收款账户36070299887766554433已销户，请改付62220199887766554433"


@pytest.fixture
def refused(begins: Callable[..., ClaimAtTheDoor]) -> ClaimAtTheDoor:
    """A payment that the bank does not make, with two account numbers in its reason."""
    claim = begins("outsiders")
    account = claim.claim.enterprise.account["account_number"]
    rule = {"behaviour": "fail", "creditor_account": account, "reason_code": "account_closed", "reason": SAID}
    control = f"{claim.house.addresses.bank_url}/control/behaviour"
    httpx.put(control, json=[rule], trust_env=False).raise_for_status()
    try:
        claim.files_when_known()
        claim.approves(claim.case())
        claim.authorises(claim.payment("ready"))
        assert "已销户" in claim.payment("failed")["reason"]
    finally:
        httpx.delete(control, trust_env=False).raise_for_status()
    return claim


def test_no_answer_to_the_public_or_an_enterprise_has_an_account_number_in_it(refused: ClaimAtTheDoor) -> None:
    enterprise = refused.stage.enterprise_token(refused.claim.enterprise)
    signed = {"Authorization": f"Bearer {enterprise}"}
    (application,) = refused.client.get("/api/v1/applications", headers=signed).json()["items"]
    receipt, code = application["claim"]["receipt"], application["query_code"]
    tracked = f"/api/v1/track/{receipt}"

    def told() -> bool:
        return "销户" in refused.client.get(tracked, params={"code": code}).text

    eventually(told, within=30)
    read = {
        "tracking": refused.client.get(tracked, params={"code": code}),
        "the page of it": refused.client.get(f"/track/{receipt}", params={"code": code}),
        "open data": refused.client.get("/api/v1/open-data/policies.ndjson"),
        "policies": refused.client.get("/api/v1/policies"),
        "own cases": refused.client.get("/api/v1/my/cases", headers=signed),
        "own messages": refused.client.get("/api/v1/my/messages", headers=signed),
        "own applications": refused.client.get("/api/v1/applications", headers=signed),
    }
    assert {name: answer.status_code for name, answer in read.items()} == dict.fromkeys(read, 200)
    assert {name: A_NUMBER.findall(answer.text) for name, answer in read.items()} == {name: [] for name in read}


def test_staff_read_what_the_bank_wrote_with_its_numbers_starred(refused: ClaimAtTheDoor) -> None:
    payment = refused.payment("failed")
    token = refused.stage.people.token(CHECKER)
    one = refused.client.get(
        f"/api/v1/disbursements/{payment['disbursement_id']}", headers={"Authorization": f"Bearer {token}"}
    )
    assert "请改付" in one.text
    assert A_NUMBER.findall(one.text) == []
