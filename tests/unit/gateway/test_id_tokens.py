"""An ID token is taken when all of it holds, and else for no reason at all."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from chassis.testing.fakes import NOON
from contracts.issuers import IssuerTerms
from gateway.identity.issuers.domain import IdentityProvider
from gateway.identity.issuers.id_tokens import REGISTRY, Expected, IdTokenRefused, verified_claims

ISSUER = IdentityProvider.register(
    "province",
    "ganzhou",
    IssuerTerms(issuer="https://id.example", client_id="us", audience="staff", label_zh="省平台", label_en="Province"),
)
NOW = int(NOON.timestamp())
KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "PS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "okp"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "okp"}),
}
EXPECTED = Expected(nonce="n", access_token="access", now=NOON)


def claims(**changes: Any) -> dict[str, Any]:
    said = {
        "iss": "https://id.example",
        "sub": "somebody",
        "aud": "us",
        "iat": NOW,
        "exp": NOW + 300,
        "nonce": "n",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def token(algorithm: str = "ES256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    key = KEYS[algorithm]
    named = {"alg": algorithm, "kid": key.as_dict()["kid"], **(header or {})}
    return jwt.encode(named, claims(**changes), key, registry=REGISTRY)


def found(algorithm: str = "ES256", **changes: Any) -> list[dict[str, Any]]:
    return [{**KEYS[algorithm].as_dict(private=False), **changes}]


def at_hash(text: str, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def refused(text: str, keys: list[dict[str, Any]] | None = None, expected: Expected = EXPECTED) -> str:
    with pytest.raises(IdTokenRefused) as caught:
        verified_claims(text, ISSUER, lambda _kid: found() if keys is None else keys, expected)
    return caught.value.why


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_token_that_holds_is_taken_with_each_algorithm_that_we_take(algorithm: str) -> None:
    hashed = at_hash("access", "sha512" if algorithm in ("EdDSA", "Ed25519") else "sha256")
    said = verified_claims(token(algorithm, at_hash=hashed), ISSUER, lambda _kid: found(algorithm), EXPECTED)
    assert said["sub"] == "somebody"
    assert refused(token(algorithm, at_hash=at_hash("other")), found(algorithm)) == "at_hash"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.example/"},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": ["us", "somebody-else"]},
        {"aud": ["us", "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": NOW - 61},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": NOW + 61},
        {"iat": NOW - 601},
        {"iat": None},
        {"nbf": NOW + 61},
        {"nonce": "of another journey"},
        {"nonce": None},
        {"at_hash": 7},
        {"at_hash": "é"},
    ],
)
def test_one_claim_that_does_not_hold_is_enough(changes: dict[str, Any]) -> None:
    assert refused(token(**changes))


def test_several_audiences_are_taken_when_the_token_says_that_it_was_made_for_us() -> None:
    text = token(aud=["us", "somebody-else"], azp="us")
    assert verified_claims(text, ISSUER, lambda _kid: found(), EXPECTED)["azp"] == "us"


def test_clocks_may_differ_a_little() -> None:
    for changes in ({"iat": NOW + 50}, {"exp": NOW - 50, "iat": NOW - 350}):
        assert verified_claims(token(**changes), ISSUER, lambda _kid: found(), EXPECTED)


def part(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def test_no_algorithm_is_taken_that_needs_no_private_key() -> None:
    assert refused(f"{part({'alg': 'none'})}.{part(claims())}.") == "algorithm"
    public = json.dumps(found()[0])
    shared = jwt.encode({"alg": "HS256", "kid": "ec"}, claims(), OctKey.import_key(public), algorithms=["HS256"])
    assert refused(shared) == "algorithm"
    assert refused(shared, [{"kty": "oct", "kid": "ec", "k": "c2VjcmV0"}]) == "algorithm"


def test_a_signature_by_another_key_is_refused() -> None:
    other = ECKey.generate_key("P-256", {"kid": "ec"}).as_dict(private=False)
    assert refused(token(), [other])
    head, body, signature = token().split(".")
    assert refused(f"{head}.{part(claims(sub='the-mayor'))}.{signature}")
    assert refused(f"{head}.{body}.")


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "....", "é.é.é", "e30.e30.e30"])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [*found(kid="another")],
        [*found(use="enc")],
        [*found(alg="ES384")],
        [*found("RS256", kid="ec")],
        [*found(), *found()],
    ],
)
def test_a_key_that_the_header_does_not_name_exactly_is_not_tried(keys: list[dict[str, Any]]) -> None:
    assert refused(token(), keys) == "unknown_key"


def test_a_token_without_a_kid_is_taken_where_one_key_alone_fits() -> None:
    text = jwt.encode({"alg": "ES256"}, claims(), KEYS["ES256"])
    assert verified_claims(text, ISSUER, lambda _kid: [*found(), *found("RS256")], EXPECTED)
    assert refused(text, [*found(), *found(kid="another")]) == "unknown_key"


def test_the_keys_are_asked_for_by_the_kid_of_the_token() -> None:
    asked: list[str | None] = []

    def keys(kid: str | None) -> list[dict[str, Any]]:
        asked.append(kid)
        return found()

    verified_claims(token(), ISSUER, keys, EXPECTED)
    assert asked == ["ec"]


def test_for_a_step_up_the_person_must_have_signed_in_there_anew() -> None:
    expected = Expected(nonce="n", access_token=None, now=NOON, signed_in_after=NOON - timedelta(seconds=30))
    assert verified_claims(token(auth_time=NOW), ISSUER, lambda _kid: found(), expected)
    for signed_in_at in (NOW - 200, None, "now"):
        assert refused(token(auth_time=signed_in_at), expected=expected)


def test_an_access_token_is_looked_at_where_the_token_speaks_of_one() -> None:
    without = Expected(nonce="n", access_token=None, now=NOON)
    assert verified_claims(token(at_hash=at_hash("other")), ISSUER, lambda _kid: found(), without)
    assert verified_claims(token(), ISSUER, lambda _kid: found(), EXPECTED)
