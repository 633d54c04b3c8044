"""Talking with an identity provider: what it says is kept for minutes, and nothing it does takes the house down."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contracts.issuers import IssuerTerms
from gateway.identity.issuers.connection import SIZE_LIMIT, CodeRefused, Connections, IssuerUnavailable
from gateway.identity.issuers.domain import IdentityProvider

ISSUER = IdentityProvider.register(
    "province",
    "ganzhou",
    IssuerTerms(
        issuer="https://id.example/realm", client_id="us:1", audience="staff", label_zh="省平台", label_en="Province"
    ),
)
DISCOVERY = {
    "issuer": "https://id.example/realm",
    "authorization_endpoint": "https://id.example/authorize",
    "token_endpoint": "https://id.example/token",
    "jwks_uri": "https://id.example/jwks",
    "userinfo_endpoint": "https://id.example/userinfo",
}
JWKS = {"keys": [{"kid": "one"}, "no key"]}
TOKENS = {"id_token": "the-token", "access_token": "access"}
Answer = Callable[[httpx.Request], httpx.Response]


class Provider:
    """Answers as it is told, and counts what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"configuration": DISCOVERY, "jwks": JWKS, "token": TOKENS, **answers}
        self.asked: list[str] = []
        self.requests: list[httpx.Request] = []
        self.at = 0.0
        self.connections = Connections(None, httpx.MockTransport(self.answer), lambda: self.at)

    def answer(self, request: httpx.Request) -> httpx.Response:
        place = request.url.path.rpartition("/")[2].removeprefix("openid-")
        self.asked.append(place)
        self.requests.append(request)
        answer = self.answers[place]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def exchange(self, secret: str | None = "s:e c") -> Any:
        return self.connections.exchange(
            ISSUER, secret, code="the-code", verifier="the-verifier", redirect_uri="https://us/callback"
        )


def test_discovery_and_keys_are_kept_for_ten_minutes() -> None:
    provider = Provider()
    for _ in range(3):
        assert provider.connections.provider(ISSUER).token_endpoint == "https://id.example/token"
        assert provider.connections.keys(ISSUER, "one") == [{"kid": "one"}]
    assert provider.asked == ["configuration", "jwks"]
    assert provider.requests[0].url.path == "/realm/.well-known/openid-configuration"
    provider.at = 601
    provider.connections.keys(ISSUER, "one")
    assert provider.asked == ["configuration", "jwks"] * 2


def test_an_unknown_kid_fetches_the_keys_anew_and_no_more_often_than_every_half_minute() -> None:
    provider = Provider()
    provider.connections.keys(ISSUER, "one")
    provider.answers["jwks"] = {"keys": [{"kid": "two"}]}
    provider.at = 31
    assert provider.connections.keys(ISSUER, "two") == [{"kid": "two"}]
    for made_up in range(50):
        provider.connections.keys(ISSUER, f"made-up-{made_up}")
    assert provider.asked.count("jwks") == 2
    provider.at = 62
    provider.connections.keys(ISSUER, "made-up")
    assert provider.asked.count("jwks") == 3


def test_what_is_known_serves_while_the_provider_is_down() -> None:
    provider = Provider()
    provider.connections.keys(ISSUER, "one")
    provider.answers |= {"configuration": httpx.ConnectError("down"), "jwks": httpx.Response(500)}
    provider.at = 700
    assert provider.connections.keys(ISSUER, "one") == [{"kid": "one"}]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500),
        httpx.Response(404, json={}),
        httpx.Response(302, headers={"Location": "https://evil.example"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["a list"]),
        httpx.Response(200, content=b"{" + b" " * SIZE_LIMIT + b"}"),
        {**DISCOVERY, "issuer": "https://id.example/other-realm"},
        {**DISCOVERY, "issuer": "https://id.example/realm/"},
        {**DISCOVERY, "token_endpoint": "http://id.example/token"},
        {**DISCOVERY, "jwks_uri": "file:///etc/passwd"},
        {**DISCOVERY, "authorization_endpoint": None},
        {**DISCOVERY, "token_endpoint": "https://id.example:5432/token"},
        {**DISCOVERY, "token_endpoint": "https://id.example:99999/token"},
        httpx.Response(200, content=b'{"a":' * 20_000),
    ],
)
def test_a_provider_that_cannot_be_worked_with_is_said_to_be_away(answer: Any) -> None:
    with pytest.raises(IssuerUnavailable):
        Provider(configuration=answer).connections.provider(ISSUER)


def test_a_code_is_exchanged_with_the_secret_in_the_header_and_the_verifier_in_the_body() -> None:
    provider = Provider()
    tokens = provider.exchange()
    assert (tokens.id_token, tokens.access_token) == ("the-token", "access")
    request = provider.requests[-1]
    basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert basic == "us%3A1:s%3Ae%20c"
    body = dict(httpx.QueryParams(request.content.decode()))
    assert body == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "code_verifier": "the-verifier",
        "redirect_uri": "https://us/callback",
    }


def test_the_secret_goes_into_the_body_where_the_provider_takes_it_only_there() -> None:
    provider = Provider(configuration={**DISCOVERY, "token_endpoint_auth_methods_supported": ["client_secret_post"]})
    provider.exchange()
    body = dict(httpx.QueryParams(provider.requests[-1].content.decode()))
    assert (body["client_id"], body["client_secret"]) == ("us:1", "s:e c")
    assert "authorization" not in provider.requests[-1].headers
    provider.exchange(secret=None)
    body = dict(httpx.QueryParams(provider.requests[-1].content.decode()))
    assert (body["client_id"], "client_secret" in body) == ("us:1", False)


def test_a_code_that_the_provider_does_not_take_is_not_a_provider_that_is_away() -> None:
    for status, body in ((400, {"error": "invalid_grant"}), (401, {"error": "invalid_client"}), (403, None)):
        with pytest.raises(CodeRefused):
            Provider(token=httpx.Response(status, json=body)).exchange()
    for answer in (httpx.Response(429, json={}), httpx.Response(200, json={"access_token": "x"}), httpx.Response(502)):
        with pytest.raises(IssuerUnavailable):
            Provider(token=answer).exchange()


def test_userinfo_is_asked_with_the_access_token() -> None:
    provider = Provider(userinfo={"sub": "somebody"})
    assert provider.connections.userinfo(ISSUER, "access") == {"sub": "somebody"}
    assert provider.requests[-1].headers["authorization"] == "Bearer access"
    for broken in (httpx.Response(401, json={}), httpx.Response(200, text="jwt")):
        with pytest.raises(IssuerUnavailable):
            Provider(userinfo=broken).connections.userinfo(ISSUER, "access")
    with pytest.raises(IssuerUnavailable):
        provider.connections.userinfo(ISSUER, None)
