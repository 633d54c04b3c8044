"""What is wrong is refused with all its reasons at once, in Chinese, with stable codes; and nothing is half
done."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from scene_kit import INSTANT, new_enterprise, new_uscc, small_scene
from system_kit import House

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.actors import application_form
from console.demo.people import CHECKER, PARTNER, WINDOW, officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed, item_content

HAN = re.compile(r"[\u4e00-\u9fff]")
WRITTEN = ("catalog", "intake", "review", "treasury", "notify", "oversight")


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    """One enterprise with a file, an account and money set aside, that has not applied yet."""
    standing_house.stand_up()
    return standing_house.prepare(small_scene("bad", [INSTANT]))


@pytest.fixture(scope="module")
def claim(stage: Stage) -> Claimed:
    return stage.scene.claims[0]


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with house.client() as client:
        yield client


def sent_by(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"test/{new_id()}", **more}


def reasons(answer: httpx.Response) -> set[str]:
    """The codes of everything that is wrong; each is explained in Chinese, as a problem document (RFC
    9457)."""
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["code"]
    assert problem["trace_id"]
    assert HAN.search(problem["detail"])
    assert all(HAN.search(error["message"]) for error in problem["errors"])
    return {error["code"] for error in problem["errors"]} or {problem["code"]}


def rows(house: House) -> dict[str, int]:
    """How many rows there are of whatever a half-done order could leave behind, by database and table."""
    counted = {}
    for name in WRITTEN:
        with house.database(name) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename NOT IN ('idempotency_record', 'audit_block', 'alembic_version',"
                " 'alembic_version_frame') AND tablename NOT IN (SELECT part FROM kept_month)"
            ).fetchall()
            for (table,) in tables:
                row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                assert row is not None
                counted[f"{name}.{table}"] = row[0]
    return counted


@contextmanager
def nothing_left_behind(house: House) -> Iterator[None]:
    """Not a row more anywhere than before, except the refusal kept under its key."""
    house.must_hold()
    before = rows(house)
    yield
    assert rows(house) == before


@contextmanager
def no_service_asked(house: House) -> Iterator[None]:
    """Not one command reached a service."""
    before = [house.metric(name, "zhida_commands_total") for name in WRITTEN]
    yield
    assert [house.metric(name, "zhida_commands_total") for name in WRITTEN] == before


def application(stage: Stage, claim: Claimed, **changes: Any) -> dict[str, Any]:
    return {**application_form(stage, claim), **changes}


# What a rule says no to


def test_a_wrong_credit_code_opens_no_file(house: House, client: httpx.Client, stage: Stage, claim: Claimed) -> None:
    right = new_uscc()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    body = {"uscc": wrong, "name": "测试企业", "contact_mobile": "19900000000"}
    with nothing_left_behind(house):
        answer = client.post("/api/v1/enterprises", json=body, headers=sent_by(stage.people.token(WINDOW)))
    assert answer.status_code == 422
    assert reasons(answer) == {"uscc_invalid"}
    assert "校验码" in answer.json()["detail"]


def test_an_unknown_item_cannot_be_applied_for(
    house: House, client: httpx.Client, stage: Stage, claim: Claimed
) -> None:
    body = application(stage, claim, item_id=new_id())
    with nothing_left_behind(house):
        answer = client.post(
            "/api/v1/applications", json=body, headers=sent_by(stage.enterprise_token(claim.enterprise))
        )
    assert answer.status_code == 422
    assert "item_unknown" in reasons(answer)


def test_a_wrong_amount_and_a_strangers_account_are_both_told_at_once(
    house: House, client: httpx.Client, stage: Stage, claim: Claimed
) -> None:
    body = application(stage, claim, claimed_fen=claim.expected_fen + 1, payee_name="另一家企业", commitments=[])
    token = stage.enterprise_token(claim.enterprise)
    eventually(lambda: known_to_intake(client, token, body), every=0.3)
    with nothing_left_behind(house):
        answer = client.post("/api/v1/applications", json=body, headers=sent_by(token))
    assert answer.status_code == 422
    assert reasons(answer) == {"amount_mismatch", "payee_name_mismatch", "commitment_missing"}
    assert {error["field"] for error in answer.json()["errors"]} == {
        "claimed_fen",
        "payee_name",
        "commitments",
    }


def known_to_intake(client: httpx.Client, token: str, body: Mapping[str, Any]) -> bool:
    """Whether the news of enterprise, facts and account has got about."""
    codes = reasons(client.post("/api/v1/applications", json=body, headers=sent_by(token)))
    return not codes & {"enterprise_unknown", "payee_account_missing", "facts_missing", "item_unknown"}


def test_a_closed_window_is_closed(house: House, client: httpx.Client, stage: Stage, claim: Claimed) -> None:
    content = copy.deepcopy(item_content(claim.item))
    content["code"] = "T-CLOSED"
    content["rules"]["plan"]["window"] = {"opens": "2025-01-01", "closes": "2025-12-31"}
    officer = stage.people.token(officer_of(stage.scene.department_of(claim.item)))
    published = client.post("/api/v1/policies", json={"content": content}, headers=sent_by(officer))
    assert published.status_code == 201, published.text
    body = application(stage, claim, item_id=published.json()["item_id"])
    token = stage.enterprise_token(claim.enterprise)
    eventually(lambda: known_to_intake(client, token, body), every=0.3)
    with nothing_left_behind(house):
        answer = client.post("/api/v1/applications", json=body, headers=sent_by(token))
    assert answer.status_code == 422
    assert reasons(answer) == {"window_closed"}
    assert "2025-12-31" in answer.json()["detail"]


def test_a_second_application_for_the_same_is_a_duplicate(house: House, client: httpx.Client) -> None:
    stage = house.prepare(small_scene("twice", [INSTANT]))
    (claim,) = stage.scene.claims
    token, body = stage.enterprise_token(claim.enterprise), application(stage, claim)
    house.play(stage)
    with nothing_left_behind(house):
        answer = client.post("/api/v1/applications", json=body, headers=sent_by(token))
    assert answer.status_code == 422
    assert "duplicate_application" in reasons(answer)


def test_an_account_in_another_name_is_not_registered(
    house: House, client: httpx.Client, stage: Stage, claim: Claimed
) -> None:
    path = f"/api/v1/enterprises/{stage.enterprises[claim.enterprise.uscc]}/payee-accounts"
    body = {**claim.enterprise.account, "account_name": "另一家企业"}
    with nothing_left_behind(house):
        answer = client.post(path, json=body, headers=sent_by(stage.enterprise_token(claim.enterprise)))
    assert answer.status_code == 422
    assert reasons(answer) == {"payee_name_mismatch"}


def test_whoever_named_an_account_does_not_confirm_it(
    house: House, client: httpx.Client, stage: Stage, claim: Claimed
) -> None:
    enterprise = new_enterprise(claim.enterprise, "测试企业自证")
    window = stage.people.token(WINDOW)
    file = {"uscc": enterprise.uscc, "name": enterprise.name, "contact_mobile": enterprise.contact_mobile}
    opened = client.post("/api/v1/enterprises", json=file, headers=sent_by(window)).json()
    named = client.post(
        f"/api/v1/enterprises/{opened['enterprise_id']}/payee-accounts",
        json=dict(enterprise.account),
        headers=sent_by(window),
    )
    with nothing_left_behind(house):
        answer = client.post(
            f"/api/v1/payee-accounts/{named.json()['account_id']}/confirm",
            headers=sent_by(window, **{"If-Match": named.headers["etag"]}),
        )
    assert answer.status_code == 403
    assert reasons(answer) == {"second_person_required"}


# What never reaches a service


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b'{"uscc": ', "application/json", 400, "malformed_json"),
        (b"[1, 2]", "application/json", 422, "invalid"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"<file/>", "application/xml", 415, "unsupported_media_type"),
        (json.dumps({"uscc": "x" * 300_000}).encode(), "application/json", 413, "body_too_large"),
    ],
    ids=["broken JSON", "not an object", "plain text", "XML", "oversized"],
)
def test_a_body_that_is_none_never_reaches_a_service(
    house: House, client: httpx.Client, stage: Stage, body: bytes, media_type: str, status: int, code: str
) -> None:
    headers = sent_by(stage.people.token(WINDOW), **{"Content-Type": media_type})
    with no_service_asked(house):
        answer = client.post("/api/v1/enterprises", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["code"] == code
    reasons(answer)


def test_every_wrong_field_is_named_at_once(house: House, client: httpx.Client, stage: Stage) -> None:
    body = {"uscc": "", "name": "企", "contact_mobile": "12345", "president": "nobody"}
    with no_service_asked(house):
        answer = client.post("/api/v1/enterprises", json=body, headers=sent_by(stage.people.token(WINDOW)))
    assert answer.status_code == 422
    reasons(answer)
    assert {error["field"] for error in answer.json()["errors"]} == {
        "uscc",
        "name",
        "contact_mobile",
        "president",
    }


def test_what_changes_something_needs_a_key(house: House, client: httpx.Client, stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.people.token(WINDOW)}"}
    body = {"uscc": new_uscc(), "name": "测试企业", "contact_mobile": "19900000000"}
    with no_service_asked(house):
        answer = client.post("/api/v1/enterprises", json=body, headers=headers)
    assert answer.status_code == 422
    assert reasons(answer) == {"idempotency_key_missing"}


def test_strangers_and_wrong_offices_stay_outside(house: House, client: httpx.Client, stage: Stage) -> None:
    body = {"uscc": new_uscc(), "name": "测试企业", "contact_mobile": "19900000000"}
    with no_service_asked(house):
        unknown = client.post("/api/v1/enterprises", json=body, headers=sent_by("nobody-gave-this"))
        nobody = client.post("/api/v1/enterprises", json=body, headers={"Idempotency-Key": "test/nobody-at-all"})
        wrong = client.post("/api/v1/budgets", json={}, headers=sent_by(stage.people.token(PARTNER)))
    assert (unknown.status_code, nobody.status_code) == (401, 401)
    assert wrong.status_code in (403, 422)
    assert {reasons(unknown).pop(), reasons(nobody).pop()} == {"unauthenticated"}


def test_a_decision_says_which_version_was_read(house: House, client: httpx.Client) -> None:
    stage = house.prepare(small_scene("stale", [INSTANT]))
    house.play(stage)
    checker = stage.people.token(CHECKER)
    payments = client.get("/api/v1/disbursements", params={"limit": 200}, headers=sent_by(checker)).json()["items"]
    payment = next(each for each in payments if each["claim"]["uscc"] == stage.scene.claims[0].enterprise.uscc)
    path = f"/api/v1/disbursements/{payment['disbursement_id']}/authorise"
    with nothing_left_behind(house):
        without = client.post(path, headers=sent_by(checker))
        stale = client.post(path, headers=sent_by(checker, **{"If-Match": '"1"'}))
        late = client.post(path, headers=sent_by(checker, **{"If-Match": f'"{payment["version"]}"'}))
    assert (without.status_code, stale.status_code, late.status_code) == (428, 412, 409)
    assert [reasons(answer).pop() for answer in (without, stale, late)] == [
        "precondition_required",
        "stale_version",
        "disbursement_not_ready",
    ]
