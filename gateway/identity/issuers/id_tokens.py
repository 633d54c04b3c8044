"""The checks of an ID token (OpenID Connect Core 1.0, 3.1.3.7): signature, issuer, audience, times, nonce, at_hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry

from chassis.observability.telemetry import get_logger
from contracts.refusal import Forbidden
from gateway.identity.issuers.domain import IdentityProvider

KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
"""The algorithms that are taken, with the keys that each works with. Never `none`, never one with a shared secret."""

HASHES = {"EdDSA": hashlib.sha512, "Ed25519": hashlib.sha512}
"""What at_hash is made with, where it is not SHA-256."""

LEEWAY_SECONDS = 60
OLDEST_SECONDS = 600
"""Clocks may differ a little. A token is made when its code is exchanged: an older one is somebody's left-over."""

log = get_logger(__name__)
Json = dict[str, Any]
FindKeys = Callable[[str | None], Sequence[Json]]
"""The provider's keys, fetched anew if none has that kid."""


class IdTokenRefused(Forbidden):
    """The provider's word does not hold. Why is in the log and in the security event; the person can only try again."""

    code = "id_token_refused"
    sentence = "身份认证平台返回的信息未通过校验，未能登录。请重新登录；多次出现的，请联系系统管理员。"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class _Registry(JWSRegistry):
    """EdDSA goes by another name since RFC 9864; what providers say is what it was, so nobody is warned."""

    algorithms = {**JWSRegistry.algorithms, "EdDSA": copy(JWSRegistry.algorithms["EdDSA"])}


_Registry.algorithms["EdDSA"].security_warning = None
REGISTRY = _Registry(algorithms=list(KEY_TYPES))


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What the token must fit: what was sent, what came with it, and when it is."""

    nonce: str
    access_token: str | None
    now: datetime
    signed_in_after: datetime | None = None
    """For a step-up: the person must have signed in at the provider since then."""


def verified_claims(token: str, issuer: IdentityProvider, find_keys: FindKeys, expected: Expected) -> Json:
    """What the token says, once all of it has been checked. Raises IdTokenRefused, and what `find_keys` raises."""
    try:
        header = jws.extract_compact(token.encode()).headers()
        algorithm = header.get("alg")
        if algorithm not in KEY_TYPES:
            raise IdTokenRefused("algorithm")
        key = _key_for(header, find_keys(header.get("kid")))
        claims = jwt.decode(token, key, registry=REGISTRY).claims
        _check_claims(claims, header, issuer, expected)
    except (JoseError, ValueError, TypeError) as error:
        log.info("an ID token was refused", issuer=issuer.id, error=str(error)[:120])
        raise IdTokenRefused(getattr(error, "error", None) or type(error).__name__) from error
    if expected.access_token is not None and "at_hash" in claims:
        _check_access_token(claims["at_hash"], expected.access_token, str(algorithm))
    return claims


def _key_for(header: Mapping[str, Any], keys: Sequence[Json]) -> Any:
    """The one key that the header names; without a kid the only one that fits. Raises IdTokenRefused."""
    algorithm, kid = header["alg"], header.get("kid")
    fitting = [
        each
        for each in keys
        if each.get("kty") == KEY_TYPES[algorithm]
        and each.get("use", "sig") == "sig"
        and each.get("alg", algorithm) == algorithm
        and (kid is None or each.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise IdTokenRefused("unknown_key")
    return JWKRegistry.import_key(fitting[0])


def _check_claims(claims: Json, header: Mapping[str, Any], issuer: IdentityProvider, expected: Expected) -> None:
    now = int(expected.now.timestamp())
    CodeIDToken(
        claims,
        header,
        options={
            "iss": {"essential": True, "value": issuer.issuer},
            "aud": {"essential": True, "value": issuer.client_id},
            "sub": {"essential": True},
        },
        params={"nonce": expected.nonce, "client_id": issuer.client_id},
    ).validate(now=now, leeway=LEEWAY_SECONDS)
    if now - claims["iat"] > OLDEST_SECONDS:
        raise IdTokenRefused("issued_long_ago")
    if expected.signed_in_after is not None:
        signed_in_at = claims.get("auth_time")
        earliest = expected.signed_in_after.timestamp() - LEEWAY_SECONDS
        if not isinstance(signed_in_at, int | float) or signed_in_at < earliest:
            raise IdTokenRefused("not_signed_in_anew")


def _check_access_token(at_hash: object, access_token: str, algorithm: str) -> None:
    digest = HASHES.get(algorithm, hashlib.sha256)(access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not isinstance(at_hash, str) or not hmac.compare_digest(half, at_hash.encode()):
        raise IdTokenRefused("at_hash")
