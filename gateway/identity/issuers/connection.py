"""Talking with an identity provider: its own description, its keys, codes for tokens, and what it says of somebody.

    connections = Connections()
    provider = connections.provider(issuer)          # discovery, kept for minutes
    tokens = connections.exchange(issuer, …)         # a code, once
    keys = connections.keys(issuer, kid)             # fetched anew for a kid that is not known

All of it blocks, each call within LIMITS. Never called inside a transaction. What somebody registered as a provider must not
become a way into our own network: only public addresses and those of LINK_NETWORKS are asked.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from chassis.observability.telemetry import get_logger
from chassis.outside.client import Limits, OutsideClient, OutsideFault, Transport
from chassis.outside.reach import Reach
from contracts.issuers import LOOPBACK
from contracts.refusal import Conflict, Forbidden
from gateway.identity.issuers.domain import IdentityProvider

SIZE_LIMIT = 256 * 1024
LIMITS = Limits(seconds=6.0, connect_seconds=3.0, answer_bytes=SIZE_LIMIT)
KEPT_SECONDS = 600.0
REFETCH_SECONDS = 30.0
"""An unknown kid asks for the keys again, but no more often than this: whoever makes kids up makes no traffic."""

HTTP, HTTPS = 80, 443
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

log = get_logger(__name__)
Json = dict[str, Any]


class IssuerUnavailable(Conflict):
    """It does not answer, or not with what the standard says. Other ways to sign in are not touched."""

    code = "issuer_unavailable"
    sentence = "身份认证平台暂时无法使用，请稍后再试，或使用账号口令登录。"
    retryable = True


class CodeRefused(Forbidden):
    """The provider does not take the code: used, run out, or not ours."""

    code = "issuer_code_refused"
    sentence = "身份认证平台没有认可本次登录，请重新登录。"


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    posts_secret: bool
    """Whether the client secret goes into the body: `client_secret_basic` is not among what it supports."""

    says_issuer: bool
    """Whether its answers carry `iss` (RFC 9207), without which they are refused."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code is exchanged for."""

    id_token: str
    access_token: str | None


class Connections:
    """One process's way to all identity providers; what they say of themselves and their keys are kept for minutes."""

    def __init__(
        self,
        reach: Reach | None = None,
        transport: Transport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        limits: Limits = LIMITS,
    ) -> None:
        # Ports are judged in `_may_be_asked`: a provider may have its own.
        networks = reach.inside if reach is not None else ()
        self._client = OutsideClient(limits, reach=Reach(networks, ports=None), transport=transport)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Json]] = {}

    def close(self) -> None:
        self._client.close()

    def provider(self, issuer: IdentityProvider) -> Provider:
        """Raises IssuerUnavailable, also when what is there calls itself something else than was agreed."""
        said = self._document(issuer.discovery_url, KEPT_SECONDS)
        if said.get("issuer") != issuer.issuer:
            raise self._unavailable(issuer.discovery_url, "it is another issuer")
        if not all(_may_be_asked(said.get(name), issuer) for name in ENDPOINTS):
            raise self._unavailable(issuer.discovery_url, "an endpoint is missing or not safe")
        methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        userinfo = said.get("userinfo_endpoint")
        return Provider(
            authorization_endpoint=said["authorization_endpoint"],
            token_endpoint=said["token_endpoint"],
            jwks_uri=said["jwks_uri"],
            userinfo_endpoint=userinfo if _may_be_asked(userinfo, issuer) else None,
            posts_secret="client_secret_basic" not in methods,
            says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def keys(self, issuer: IdentityProvider, kid: str | None) -> list[Json]:
        """The provider's public keys. Raises IssuerUnavailable.

        Keys are rotated: for a `kid` that is not among those we know they are fetched anew.
        """
        address = self.provider(issuer).jwks_uri
        keys = _keys_in(self._document(address, KEPT_SECONDS))
        if not any(each.get("kid") == kid for each in keys):
            keys = _keys_in(self._document(address, REFETCH_SECONDS))
        return keys

    def exchange(
        self, issuer: IdentityProvider, secret: str | None, *, code: str, verifier: str, redirect_uri: str
    ) -> Tokens:
        """The tokens for a code. Raises CodeRefused, IssuerUnavailable."""
        provider = self.provider(issuer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if secret is None:
            form["client_id"] = issuer.client_id
        elif provider.posts_secret:
            form |= {"client_id": issuer.client_id, "client_secret": secret}
        else:
            pair = f"{quote(issuer.client_id, safe='')}:{quote(secret, safe='')}"  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        status, said = self._ask("POST", provider.token_endpoint, data=form, headers=headers)
        if 400 <= status < 500 and status != 429:
            log.info("an issuer refused a code", issuer=issuer.id, status=status, error=str(said.get("error"))[:60])
            raise CodeRefused()
        id_token, access_token = said.get("id_token"), said.get("access_token")
        if status != 200 or not isinstance(id_token, str):
            raise self._unavailable(provider.token_endpoint, f"status {status} without an ID token")
        return Tokens(id_token, access_token if isinstance(access_token, str) else None)

    def userinfo(self, issuer: IdentityProvider, access_token: str | None) -> Json:
        """What the provider says of whoever signed in. Raises IssuerUnavailable."""
        address = self.provider(issuer).userinfo_endpoint
        if address is None or access_token is None:
            raise self._unavailable(issuer.discovery_url, "it has no userinfo endpoint")
        status, said = self._ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        if status != 200:
            raise self._unavailable(address, f"status {status}")
        return said

    def _document(self, address: str, kept_for: float) -> Json:
        """What is there, or was no longer than `kept_for` seconds ago; what is older serves while it cannot be had."""
        with self._lock:
            kept = self._kept.get(address)
        if kept is not None and self._monotonic() - kept[0] < kept_for:
            return kept[1]
        try:
            status, said = self._ask("GET", address)
            if status != 200:
                raise self._unavailable(address, f"status {status}")
        except IssuerUnavailable:
            if kept is None:
                raise
            said = kept[1]  # and not asked again at once, while it is down
        with self._lock:
            self._kept[address] = (self._monotonic(), said)
        return said

    def _ask(self, method: str, address: str, **request: Any) -> tuple[int, Json]:
        """(status, the object in the answer). Raises IssuerUnavailable."""
        headers = {"Accept": "application/json", **request.pop("headers", {})}
        try:
            answer = self._client.call(method, address, headers=headers, **request)
        except OutsideFault as error:
            raise self._unavailable(address, str(error)) from error
        status = answer.status_code
        if status >= 500 or 300 <= status < 400:
            raise self._unavailable(address, f"status {status}")
        try:
            said = answer.json()
        except ValueError:
            said = None
        if isinstance(said, dict):
            return status, said
        if status >= 400:
            return status, {}
        raise self._unavailable(address, "no JSON object")

    @staticmethod
    def _unavailable(address: str, why: str) -> IssuerUnavailable:
        log.warning("an issuer cannot be worked with", host=urlsplit(address).hostname, why=why)
        return IssuerUnavailable()


def _may_be_asked(address: object, issuer: IdentityProvider) -> bool:
    """An endpoint is spoken to in secret, at the port that secret speech has or at one that the issuer has itself."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        ports = {HTTPS, _port(issuer.issuer), _port(issuer.discovery_url)}
        named = bool(parts.hostname) and _port(address) in ports
    except ValueError:
        return False
    return named and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _port(address: str) -> int:
    """Raises ValueError for a port that is none."""
    parts = urlsplit(address)
    return parts.port or (HTTPS if parts.scheme == "https" else HTTP)


def _keys_in(document: Json) -> list[Json]:
    keys = document.get("keys")
    return [each for each in keys if isinstance(each, dict)] if isinstance(keys, list) else []
