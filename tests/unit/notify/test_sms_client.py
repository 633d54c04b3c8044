"""What can be concluded from each way in which a request to the SMS provider ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from chassis.foundation.settings import SettingMissing
from services.notify.messages.sms import SmsClient

Respond = Callable[[httpx.Request], httpx.Response]


def client(respond: Respond) -> SmsClient:
    return SmsClient("http://sms.example", transport=httpx.MockTransport(respond))


def answering(status: int, body: object) -> SmsClient:
    content = body if isinstance(body, str) else json.dumps(body)
    return client(lambda _request: httpx.Response(status, text=content))


def send(sms: SmsClient) -> tuple[str, str]:
    word = sms.send("m-1", "13800001234", "资金已到账")
    return word.standing, word.reason


def test_a_message_is_handed_in_with_id_number_text_and_signature() -> None:
    seen: list[object] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        at = "2026-03-10T04:00:00+00:00"
        return httpx.Response(200, json={"message_id": "m-1", "status": "delivered", "delivered_at": at})

    word = client(respond).send("m-1", "13800001234", "资金已到账")
    assert seen == [{"message_id": "m-1", "to": "13800001234", "text": "资金已到账", "sign": "直达"}]
    assert (word.standing, word.delivered_at) == ("delivered", datetime(2026, 3, 10, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "body", "standing"),
    [
        (200, {"status": "failed", "reason": "号码已停机"}, "failed"),
        (200, {"status": "pending"}, "pending"),
        (200, {"status": "postponed"}, "silent"),
        (200, "<html>", "silent"),
        (422, {"code": "not_a_mainland_mobile"}, "failed"),
        (409, {"code": "message_content_differs"}, "failed"),
        (404, {"code": "not_found"}, "silent"),
        (429, {}, "silent"),
        (500, "", "silent"),
        (503, {"code": "book_unavailable"}, "silent"),
    ],
)
def test_only_an_answer_about_the_message_itself_ends_it(status: int, body: object, standing: str) -> None:
    assert send(answering(status, body))[0] == standing


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError])
def test_a_lost_line_leaves_it_open(error: type[httpx.TransportError]) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        raise error("gone")

    assert send(client(respond))[0] == "silent"
    assert client(respond).ask("m-1").standing == "silent"


def test_only_the_providers_own_word_says_that_it_has_no_such_message() -> None:
    assert answering(404, {"code": "message_not_found"}).ask("m-1").standing == "absent"
    assert answering(404, "nginx").ask("m-1").standing == "silent"
    assert answering(200, {"status": "delivered"}).ask("m-1").standing == "delivered"


@pytest.mark.parametrize(
    ("code", "told"), [(None, ""), ("number_off", "手机关机或不在服务区"), ("a code of 13800001234", "")]
)
def test_nothing_that_the_provider_wrote_itself_is_told(code: str | None, told: str) -> None:
    said = {"status": "failed", "reason_code": code, "reason": "13800001234 已停机"}
    assert send(answering(200, said)) == ("failed", told)
    assert send(answering(422, {"code": "13800001234 refused"})) == ("failed", "短信平台拒收")


def test_without_its_address_the_service_does_not_start() -> None:
    with pytest.raises(SettingMissing, match="SMS_URL"):
        SmsClient.from_env({})
