"""A certificate signs a challenge: of an authority that we know, valid today, and over just that text."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chassis.testing.fakes import NOON
from gateway.identity.certificates.connected import readers
from gateway.identity.certificates.ports import CertificateNotConnected, CertificateRefused, reader_of
from gateway.identity.certificates.signed_answers import SignedAnswers

CHALLENGE = "zhida sign-in\nhttps://us\nnonce"


class Authority:
    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.root = self.certify(self.name, self.key.public_key())

    def certify(self, subject: x509.Name, key: Any, days: int = 365) -> x509.Certificate:
        begins = NOON - timedelta(days=1)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + timedelta(days=days))
            .sign(self.key, SHA256())
        )

    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)


CITY = Authority("市级 CA")
HOLDER = x509.Name(
    [x509.NameAttribute(NameOID.COMMON_NAME, "红星机械"), x509.NameAttribute(NameOID.SERIAL_NUMBER, "913607")]
)
READER = SignedAnswers(CITY.pem())


def answer(
    key: Any, *, text: str = CHALLENGE, authority: Authority = CITY, days: int = 365, holder: x509.Name = HOLDER
) -> str:
    certificate = authority.certify(holder, key.public_key(), days)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(text.encode(), ec.ECDSA(SHA256()))
    elif isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(text.encode(), padding.PKCS1v15(), SHA256())
    else:
        signature = key.sign(text.encode())
    pem = certificate.public_bytes(Encoding.PEM).decode()
    return json.dumps({"certificate": pem, "signature": base64.b64encode(signature).decode()})


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
)
def test_whoever_signs_is_known_by_what_stays_when_the_certificate_is_renewed(key: Any) -> None:
    subject = READER.subject_of(CHALLENGE, answer(key), NOON)
    renewed = READER.subject_of(CHALLENGE, answer(ec.generate_private_key(ec.SECP256R1())), NOON)
    assert subject == renewed
    assert subject.name == "CN=市级 CA|913607"


KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        (answer(KEY, text="another text"), "signature"),
        (answer(KEY, authority=Authority("市级 CA")), "authority_unknown"),
        (answer(KEY, days=1), "not_valid_today"),
        ("", "unreadable"),
        ("[]", "unreadable"),
        ("[" * 20_000, "unreadable"),
        ('{"certificate": "", "signature": ""}', "unreadable"),
        ('{"certificate": 7, "signature": 7}', "unreadable"),
    ],
)
def test_what_does_not_hold_is_refused(signed: str, why: str) -> None:
    with pytest.raises(CertificateRefused) as caught:
        READER.subject_of(CHALLENGE, signed, NOON + timedelta(minutes=1))
    assert caught.value.why == why


def test_the_name_counts_whole_where_it_has_no_number_of_its_own() -> None:
    holder = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "李四")])
    assert READER.subject_of(CHALLENGE, answer(KEY, holder=holder), NOON).name == "CN=市级 CA|CN=李四"


def test_what_is_not_connected_says_so(tmp_path: Any) -> None:
    assert readers({}) == {}
    for kind in ("ukey", "e_licence"):
        with pytest.raises(CertificateNotConnected):
            reader_of(kind, {})  # type: ignore[arg-type]
    roots = tmp_path / "roots.pem"
    roots.write_bytes(CITY.pem())
    connected = readers({"UKEY_ROOTS": str(roots)})
    assert reader_of("ukey", connected).second_factor
    with pytest.raises(CertificateNotConnected):
        reader_of("e_licence", connected)
