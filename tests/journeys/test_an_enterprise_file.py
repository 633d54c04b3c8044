"""An enterprise's file over HTTP: facts and their history, the technology score and who may see it, papers, two files made one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from files_kit import pdf
from scene_kit import INSTANT, small_scene
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.people import ACCOUNTS, PARTNER, WINDOW, Office
from console.demo.preparation import Stage

LABEL = Path(__file__).resolve().parents[2] / "sample" / "labels" / "technology_score.json"
TECHNOLOGY = Office("officer-technology", "科技局", ("department",), "科技局")
BANK = Office("partner-bank", "示例银行", ("bank",))
FACTS = (
    ("tech_sme_listed", True, None, None),
    ("rd_expense", "1200", "万元", -1),
    ("rd_expense", "1000", "万元", -2),
    ("rd_staff", "30", "人", -1),
    ("employees", "200", "人", -1),
    ("invention_applications", "4", "件", -1),
)


class Desk:
    """The door with tokens of offices: what is asked for must come, in JSON."""

    def __init__(self, client: httpx.Client, stage: Stage) -> None:
        self.client = client
        self.stage = stage

    def post(self, office: Office | str, path: str, body: Any = None, *, version: int | None = None) -> httpx.Response:
        token = office if isinstance(office, str) else self.stage.people.appoint(office)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"test/{new_id()}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return answered(lambda: self.client.post(f"/api/v1{path}", json=body, headers=headers))

    def done(self, office: Office | str, path: str, body: Any = None, *, version: int | None = None) -> dict[str, Any]:
        answer = self.post(office, path, body, version=version)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def get(self, office: Office | str, path: str) -> dict[str, Any]:
        token = office if isinstance(office, str) else self.stage.people.appoint(office)
        headers = {"Authorization": f"Bearer {token}"}
        answer = answered(lambda: self.client.get(f"/api/v1{path}", headers=headers))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    """Two enterprises with their files, the second of which will turn out to be the first; of the first all is known."""
    standing_house.stand_up()
    stage = standing_house.prepare(small_scene("file", [INSTANT, INSTANT]))
    with standing_house.client() as client:
        desk = Desk(client, stage)
        desk.done(TECHNOLOGY, "/labels", {"rule": json.loads(LABEL.read_bytes())})
        first = stage.enterprises[stage.scene.claims[0].enterprise.uscc]
        desk.done(PARTNER, f"/enterprises/{first}/facts", {"facts": [fact(*each) for each in FACTS]})
        # Which labels hold in a place the catalogue knows once the word of the place itself has come to it.
        eventually(lambda: desk.get(WINDOW, f"/enterprises/{first}")["labels"], within=60, every=0.2)
    return stage


@pytest.fixture
def desk(house: House, stage: Stage) -> Iterator[Desk]:
    with house.client() as client:
        yield Desk(client, stage)


@pytest.fixture
def enterprise(stage: Stage) -> tuple[str, str, str]:
    """(enterprise id, credit code, token) of the first enterprise."""
    known = stage.scene.claims[0].enterprise
    return stage.enterprises[known.uscc], known.uscc, stage.enterprise_token(known)


def fact(name: str, value: object, unit: str | None, years: int | None) -> dict[str, Any]:
    today = date.today()
    return {
        "name": name,
        "kind": "flag" if isinstance(value, bool) else "number",
        "value": value,
        "unit": unit,
        "period": str(today.year + years) if years is not None else None,
        "source": "科技局",
        "source_kind": "science_technology",
        "as_of": str(today - timedelta(days=3)),
    }


def test_a_bank_sees_the_score_while_the_enterprise_allows_it_and_the_enterprise_sees_the_bank(
    desk: Desk, enterprise: tuple[str, str, str]
) -> None:
    enterprise_id, uscc, boss = enterprise
    look = {"uscc": uscc, "label": "technology_score", "purpose": "credit_assessment"}
    refused = desk.post(BANK, "/label-reports", look)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")

    today = date.today()
    consent = {
        "grantee": BANK.actor_id,
        "grantee_name": BANK.name,
        "labels": ["technology_score"],
        "purposes": ["credit_assessment"],
        "valid_from": str(today - timedelta(days=1)),
        "valid_until": str(today + timedelta(days=90)),
    }
    given = desk.done(boss, f"/enterprises/{enterprise_id}/consents", consent)
    report = desk.done(BANK, "/label-reports", look)
    assert (report["label"]["score"]["points"], report["label"]["score"]["grade"]) == (64, "B")
    assert report["label"]["sample"] is True

    looks = desk.get(boss, f"/enterprises/{enterprise_id}/looks")["items"]
    told = [(each["seen_by"], each["subject"], (each["refused"] or {}).get("code")) for each in looks]
    assert told == [(BANK.actor_id, "technology_score", None), (BANK.actor_id, "technology_score", "no_consent")]
    desk.done(boss, f"/consents/{given['consent_id']}/revoke")
    assert desk.post(BANK, "/label-reports", look).json()["code"] == "consent_missing"


def test_a_withdrawn_fact_changes_what_the_file_says(desk: Desk, enterprise: tuple[str, str, str]) -> None:
    enterprise_id, _, boss = enterprise
    history = desk.get(boss, f"/enterprises/{enterprise_id}/facts?name=invention_applications")["items"]
    assert [each["standing"] for each in history] == ["counts"]
    order = {"records": [history[0]["record_id"]], "reason": "申请尚未受理"}
    desk.done(PARTNER, f"/enterprises/{enterprise_id}/facts/withdraw", order)
    labels = {each["code"]: each for each in desk.get(WINDOW, f"/enterprises/{enterprise_id}")["labels"]}
    score = labels["technology_score"]["score"]
    assert (score["points"], [each["name"] for each in score["missing"]]) == (None, ["invention_applications"])


def test_a_licence_is_uploaded_kept_and_listed_before_it_runs_out(desk: Desk, enterprise: tuple[str, str, str]) -> None:
    enterprise_id, _, boss = enterprise
    headers = {"Authorization": f"Bearer {boss}", "Idempotency-Key": f"test/{new_id()}"}
    paper = {"content": pdf(b"licence"), "headers": {**headers, "Content-Type": "application/pdf"}}
    uploaded = answered(lambda: desk.client.post("/api/v1/uploads", **paper))
    assert uploaded.status_code == 201, uploaded.text
    licence = {
        "kind": "permit",
        "name": "食品生产许可证",
        "issuer": "章贡区市场监管局",
        "sha256": uploaded.json()["sha256"],
        "valid_from": "2025-01-01",
        "valid_until": str(date.today() + timedelta(days=10)),
    }
    kept = desk.done(boss, f"/enterprises/{enterprise_id}/materials", licence)
    assert kept["standing"] == "expiring"
    expiring = desk.get(WINDOW, "/materials/expiring?within_days=10")["items"]
    assert kept["ref"] in [each["ref"] for each in expiring]
    nowhere = desk.post(boss, f"/enterprises/{enterprise_id}/materials", {**licence, "sha256": "0" * 64})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "object_unknown")


def test_the_contact_is_masked_until_a_reason_is_given(desk: Desk, enterprise: tuple[str, str, str]) -> None:
    enterprise_id, uscc, boss = enterprise
    mobile = next(each.enterprise.contact_mobile for each in desk.stage.scene.claims if each.enterprise.uscc == uscc)
    assert mobile not in str(desk.get(WINDOW, f"/enterprises/{enterprise_id}"))
    look = desk.done(WINDOW, f"/enterprises/{enterprise_id}/contact-looks", {"reason": "电话核实申报信息"})
    assert desk.get(WINDOW, f"/contact-looks/{look['disclosure_id']}")["contact_mobile"] == mobile
    looks = desk.get(boss, f"/enterprises/{enterprise_id}/looks")["items"]
    assert ("contact", "电话核实申报信息") in [(each["subject"], each["reason"]) for each in looks]


def test_an_enterprise_is_called_otherwise_by_two_persons_and_everybody_hears_of_it(
    house: House, desk: Desk, enterprise: tuple[str, str, str]
) -> None:
    enterprise_id, uscc, boss = enterprise
    former = desk.get(WINDOW, f"/enterprises/{enterprise_id}")["name"]
    today = date.today()
    said = {
        "name": "改名后的示例(集团)企业",
        "effective_on": str(today),
        "notice": "登字 12 号",
        "notice_on": str(today),
    }
    change = desk.done(WINDOW, f"/enterprises/{enterprise_id}/name-changes", said)
    waiting = desk.get(ACCOUNTS, f"/enterprise-name-changes?state=proposed&enterprise_id={enterprise_id}")["items"]
    assert [each["change_id"] for each in waiting] == [change["change_id"]]
    confirmed = desk.done(
        ACCOUNTS, f"/enterprise-name-changes/{change['change_id']}/confirm", version=change["version"]
    )
    assert (confirmed["state"], confirmed["former_name"]) == ("confirmed", former)
    dossier = desk.get(boss, f"/enterprises/{enterprise_id}")
    assert (dossier["name"], [each["name"] for each in dossier["former_names"]]) == (said["name"], [former])
    heard = {
        "intake": ("SELECT count(*) FROM enterprise WHERE id = %s AND name = %s", [enterprise_id, said["name"]]),
        "review": ("SELECT count(*) FROM renamed_enterprise WHERE uscc = %s AND name = %s", [uscc, said["name"]]),
        "notify": (
            "SELECT count(*) FROM message WHERE enterprise_id = %s AND template = %s",
            [enterprise_id, "enterprise_renamed"],
        ),
    }
    for name, (statement, values) in heard.items():
        eventually(partial(house.count, name, statement, values), within=60, every=0.3)
    stale = "SELECT count(*) FROM mandate WHERE enterprise_id = %s AND enterprise_name <> %s"
    assert house.count("gateway", stale, [enterprise_id, said["name"]]) == 0
    house.must_hold()


def test_two_files_become_one_and_what_was_known_of_either_is_in_it(
    house: House, desk: Desk, enterprise: tuple[str, str, str]
) -> None:
    absorbed, _, _ = enterprise
    other = desk.stage.scene.claims[1].enterprise
    surviving, boss = desk.stage.enterprises[other.uscc], desk.stage.enterprise_token(other)
    proposal = {"absorbed_id": absorbed, "surviving_id": surviving, "reason": "换发新的统一社会信用代码"}
    merge = desk.done(WINDOW, "/enterprise-merges", proposal)
    confirmed = desk.done(ACCOUNTS, f"/enterprise-merges/{merge['merge_id']}/confirm", version=merge["version"])
    assert confirmed["state"] == "confirmed"
    file = desk.get(boss, f"/enterprises/{surviving}")
    assert [each["enterprise_id"] for each in file["absorbed"]] == [absorbed]
    assert "rd_staff" in {each["name"] for each in file["facts"]}
    assert desk.get(WINDOW, f"/enterprises/{absorbed}")["merged_into"] == surviving
    statement = "SELECT count(*) FROM merged_enterprise WHERE absorbed_id = %s"
    for name in ("intake", "review", "notify", "oversight"):
        eventually(partial(house.count, name, statement, [absorbed]), within=60, every=0.3)
    house.must_hold()
