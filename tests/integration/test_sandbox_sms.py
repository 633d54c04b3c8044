"""The SMS provider as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.testing import RunningProgram, eventually


@pytest.fixture
def sms(tmp_path: Path) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.sms", tmp_path / "sms.sqlite") as sms:
        yield sms


def send(sms: RunningProgram, message_id: str = "M-1", **changes: str) -> httpx.Response:
    message = {"message_id": message_id, "to": "13800000000", "text": "资金已到账。", "sign": "直达"}
    return sms.client.post("/messages", json=message | changes)


def inbox(sms: RunningProgram, number: str = "13800000000") -> list[dict[str, Any]]:
    page = sms.client.get("/messages", params={"to": number}).raise_for_status().json()
    messages: list[dict[str, Any]] = page["messages"]
    return messages


def misbehave(sms: RunningProgram, *rules: dict[str, Any]) -> None:
    sms.client.put("/control/behaviour", json=list(rules)).raise_for_status()


def test_a_message_is_delivered_once_however_often_it_is_sent_at_once(sms: RunningProgram) -> None:
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: send(sms), range(50)))

    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].json()["status"] == "delivered"
    assert [(m["message_id"], m["attempts_seen"]) for m in inbox(sms)] == [("M-1", 50)]
    assert sms.client.get("/messages/M-1").json() == answers[0].json()


def test_the_same_message_id_with_another_text_is_refused(sms: RunningProgram) -> None:
    send(sms)

    refused = send(sms, text="资金未到账。")

    assert (refused.status_code, refused.json()["code"]) == (409, "message_content_differs")
    assert [message["text"] for message in inbox(sms)] == ["资金已到账。"]


def test_a_delivered_message_is_still_there_after_a_kill(sms: RunningProgram) -> None:
    delivered = send(sms).json()
    sms.kill()
    sms.restart()

    assert send(sms).json() == delivered
    assert len(inbox(sms)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "02087654321"}, "not_a_mainland_mobile"),
        ({"text": ""}, "text_empty"),
        ({"sign": "直"}, "sign_invalid"),
        ({"message_id": "M 1"}, "invalid_request"),
    ],
)
def test_what_no_carrier_would_take_is_refused_with_its_code(
    sms: RunningProgram, changes: dict[str, str], code: str
) -> None:
    refused = send(sms, **{"message_id": "M-1"} | changes)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert inbox(sms) == []


def test_the_provider_misbehaves_on_demand(sms: RunningProgram) -> None:
    misbehave(
        sms,
        {"behaviour": "fail", "to": "13900000000", "reason_code": "number_suspended"},
        {"behaviour": "deliver_then_timeout", "message_prefix": "lost"},
        {"behaviour": "pending_then_deliver", "message_prefix": "later", "seconds": 0.5},
        {"behaviour": "http_500", "next": 1},
    )

    assert send(sms, "M-1", to="13900000000").json()["reason_code"] == "number_suspended"
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        send(sms, "lost-1")
    assert sms.client.get("/messages/lost-1").json()["status"] == "delivered"
    assert send(sms, "later-1").json()["status"] == "pending"
    eventually(lambda: sms.client.get("/messages/later-1").json()["status"] == "delivered")
    assert send(sms, "M-2").status_code == 500
    assert send(sms, "M-2").json()["status"] == "delivered"


def test_a_message_that_was_never_sent_is_not_found(sms: RunningProgram) -> None:
    missing = sms.client.get("/messages/M-1")

    assert (missing.status_code, missing.json()["code"]) == (404, "message_not_found")
