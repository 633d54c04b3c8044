"""Identity providers that a tenant lets people sign in with (OpenID Connect): the register."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from contracts.identity import InTenant
from contracts.message import Command, Id, Model, Query, ServiceName

IssuerAudience = Literal["enterprise", "staff"]
"""For whom it is: people who act for enterprises (省统一身份认证), or those who work here (政府统一身份认证)."""

IssuerState = Literal["open", "closed"]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _safe_url(url: str) -> str:
    """https, or http on this machine alone: whoever can listen in on the way could sign in as anybody."""
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not secure or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise PydanticCustomError("url_unsafe", "https is required")
    return url


SafeUrl = Annotated[str, Field(min_length=8, max_length=300), AfterValidator(_safe_url)]
ClaimName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_:/.-]+$")]
IssuerName = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
ClientId = Annotated[str, Field(min_length=1, max_length=200)]
ClientSecret = Annotated[str, Field(min_length=8, max_length=400)]
ChineseLabel = Annotated[str, Field(min_length=2, max_length=40)]
EnglishLabel = Annotated[str, Field(min_length=2, max_length=80)]


class IssuerView(Model):
    """An identity provider as it is registered; its secret is never shown."""

    issuer_id: Id
    issuer: str
    discovery_url: str
    client_id: str
    audience: IssuerAudience
    label_zh: str
    label_en: str
    resident_id_claim: str | None = None
    claims_from_userinfo: bool = False
    second_factor_acr: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    state: IssuerState
    version: int


class IssuerList(Model):
    items: tuple[IssuerView, ...] = ()


class IssuerTerms(Model):
    """What is agreed with an identity provider.

    `issuer` is what its tokens must say in `iss`, to the letter. `resident_id_claim`: the claim that carries the
    resident id, by which a person is known; without one people are linked by invitation. `claims_from_userinfo`: that
    claim comes from the userinfo endpoint. `second_factor_acr`: what `acr` says when the provider has asked for a
    second factor itself. `scopes` besides `openid`.
    """

    issuer: SafeUrl
    discovery_url: SafeUrl | None = None
    client_id: ClientId
    audience: IssuerAudience
    label_zh: ChineseLabel
    label_en: EnglishLabel
    resident_id_claim: ClaimName | None = None
    claims_from_userinfo: bool = False
    second_factor_acr: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = Field(
        default=(), max_length=10
    )
    scopes: tuple[Annotated[str, Field(pattern=r"^[\x21\x23-\x5B\x5D-\x7E]{1,80}$")], ...] = Field(
        default=("profile",), max_length=10
    )


class RegisterIssuer(Command[IssuerView], InTenant):
    """Let people sign in with an identity provider. `issuer_id` stands in addresses and belongs to one tenant."""

    owner: ClassVar[ServiceName] = "gateway"

    issuer_id: IssuerName
    terms: IssuerTerms
    client_secret: ClientSecret | None = None


class ChangeIssuer(Command[IssuerView], InTenant):
    """Other terms with the same identity provider; without a `client_secret` the known one stays.

    What people are linked by stays, so `issuer` itself may not change: that is another provider.
    """

    owner: ClassVar[ServiceName] = "gateway"

    issuer_id: Id
    terms: IssuerTerms
    client_secret: ClientSecret | None = None
    expected_version: int


class CloseIssuer(Command[IssuerView], InTenant):
    """Nobody signs in with it any more; sessions that began with it end within seconds."""

    owner: ClassVar[ServiceName] = "gateway"

    issuer_id: Id
    expected_version: int


class ListIssuers(Query[IssuerList], InTenant):
    """The identity providers of the tenant."""

    owner: ClassVar[ServiceName] = "gateway"
