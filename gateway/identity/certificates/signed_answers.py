"""The sandbox form of a certificate: X.509, a signature in base64. It shows that the port holds; it looks up no
revocations and knows no SM2, so that it is not for production.

The answer is a JSON object: `certificate` (PEM) and `signature` (base64, over the challenge in UTF-8, with SHA-256).
"""

from __future__ import annotations

import base64
import json
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from gateway.identity.certificates.ports import CertificateRefused, CertifiedSubject

ANSWER_LIMIT = 20_000


class SignedAnswers:
    """Reads what a key has signed, for the authorities whose roots it was given."""

    second_factor = True

    def __init__(self, roots: bytes) -> None:
        self._roots = x509.load_pem_x509_certificates(roots)

    def subject_of(self, challenge: str, answer: str, at: datetime) -> CertifiedSubject:
        certificate, signature = _parts(answer)
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise CertificateRefused("not_valid_today")
        if not any(_issued_by(root, certificate) for root in self._roots):
            raise CertificateRefused("authority_unknown")
        try:
            _check(certificate, signature, challenge.encode())
        except InvalidSignature:
            raise CertificateRefused("signature") from None
        # A serial number in the name is given to a person or an enterprise, and stays with them.
        serials = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        name = str(serials[0].value) if serials else certificate.subject.rfc4514_string()
        return CertifiedSubject(name=f"{certificate.issuer.rfc4514_string()}|{name}")


def _parts(answer: str) -> tuple[x509.Certificate, bytes]:
    try:
        said = json.loads(answer[:ANSWER_LIMIT])
        certificate = x509.load_pem_x509_certificate(said["certificate"].encode())
        return certificate, base64.b64decode(said["signature"], validate=True)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CertificateRefused("unreadable") from error


def _issued_by(root: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _check(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    """Raises InvalidSignature, or CertificateRefused for a key of another kind."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, signed)
    else:
        raise CertificateRefused("kind_of_key")
