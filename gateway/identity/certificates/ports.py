"""What is asked of a way to sign in by certificate, and which ways there are. Registered in one place: `connected.readers`.

None is connected by itself. A city connects its certification authority by a class with these four things; what is not
connected says so where it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from contracts.refusal import Conflict, Forbidden

CertificateKind = Literal["e_licence", "ukey"]
KINDS: tuple[CertificateKind, ...] = get_args(CertificateKind)

LABELS: Mapping[CertificateKind, tuple[str, str]] = {
    "e_licence": ("电子营业执照", "Electronic business licence"),
    "ukey": ("UKey 数字证书", "UKey certificate"),
}


class CertificateNotConnected(Conflict):
    """This house has no such way to sign in."""

    code = "certificate_not_connected"
    sentence = "本系统尚未接入该方式，请使用账号口令或身份认证平台登录。"


class CertificateRefused(Forbidden):
    """Not signed, not by whom it says, not of an authority that we know, or not valid today."""

    code = "certificate_refused"
    sentence = "证书或签名未通过校验，未能登录。请确认证书在有效期内，并重新签名。"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class CertifiedSubject:
    """Who signed, by a name that stays when the certificate is renewed; with the resident id if it says one."""

    name: str
    resident_id: str | None = None


class CertificateReader(Protocol):
    """One authority's way to say who has signed a challenge."""

    second_factor: bool
    """Whether signing takes two factors (a key that asks for its PIN)."""

    def subject_of(self, challenge: str, answer: str, at: datetime) -> CertifiedSubject:
        """Who has signed `challenge`, by what their device answered. Raises CertificateRefused."""


Readers = Mapping[CertificateKind, CertificateReader]


def reader_of(kind: CertificateKind, connected: Readers) -> CertificateReader:
    """Raises CertificateNotConnected."""
    found = connected.get(kind)
    if found is None:
        raise CertificateNotConnected()
    return found
