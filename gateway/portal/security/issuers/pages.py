"""Identity providers (身份认证平台): registered, changed, closed. The secret is typed and never shown again."""

from __future__ import annotations

from functools import partial
from typing import Annotated, get_args

from pydantic import Field, StringConstraints

from contracts.identity import InTenant
from contracts.issuers import (
    ChangeIssuer,
    ChineseLabel,
    ClaimName,
    ClientId,
    CloseIssuer,
    EnglishLabel,
    IssuerAudience,
    IssuerName,
    IssuerTerms,
    IssuerView,
    ListIssuers,
    RegisterIssuer,
    SafeUrl,
)
from contracts.message import Id
from contracts.refusal import Invalid
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.issuers import use_cases, views
from gateway.identity.issuers.domain import IssuerMissing
from gateway.identity.sessions.use_cases import end_sessions_of_issuer
from gateway.portal.platform.places import place_values
from gateway.portal.security.shown_once import whole_link
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.session_cookie import origin_of

pages = Pages("security")
KEEPER = Permitted(RegisterIssuer)
LIST = "/security/issuers"
CALLBACK = "/sign-in/oidc/callback"
AUDIENCES: tuple[IssuerAudience, ...] = get_args(IssuerAudience)

PastedSecret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=400)]
"""A secret as it is copied from the provider's own page, often with a blank behind it."""

Scopes = Annotated[str, Field(pattern=r"^[\x21\x23-\x5B\x5D-\x7E]{1,80}( +[\x21\x23-\x5B\x5D-\x7E]{1,80}){0,9}$")]
AcrValues = Annotated[str, Field(pattern=r"^\S{1,120}( +\S{1,120}){0,9}$")]
"""Several, with blanks between them, as the standard itself writes them."""


class SecretMissing(Invalid):
    """A form that was sent again after a fault comes without its secret: nothing else may follow from that."""

    code = "client_secret_missing"
    sentence = "请填写客户端密钥。"


class SecretNotMeant(Invalid):
    """A secret is typed, and the form says that there is none or that it stays."""

    code = "client_secret_not_meant"
    sentence = "填写了密钥，又选了不使用或不更换密钥，请核对。"


class TypedTerms(InTenant):
    """What is agreed with a provider, but for its own name: a person fills in lists as one line."""

    discovery_url: SafeUrl | None = None
    client_id: ClientId
    client_secret: PastedSecret | None = None
    audience: IssuerAudience
    label_zh: ChineseLabel
    label_en: EnglishLabel
    resident_id_claim: ClaimName | None = None
    claims_from_userinfo: bool = False
    second_factor_acr: AcrValues | None = None
    scopes: Scopes | None = None

    def terms(self, issuer: str) -> IssuerTerms:
        """The same as the contract says it. `openid` is always asked for and needs no saying."""
        plain = self.model_dump(include=set(IssuerTerms.model_fields) - {"issuer", "second_factor_acr", "scopes"})
        return IssuerTerms(
            issuer=issuer,
            second_factor_acr=tuple((self.second_factor_acr or "").split()),
            scopes=tuple(each for each in (self.scopes or "").split() if each != "openid"),
            **plain,
        )

    def secret(self, *, meant: bool) -> str | None:
        """What was typed, where one is meant. Raises SecretMissing, SecretNotMeant."""
        if meant and self.client_secret is None:
            raise SecretMissing(field="client_secret")
        if not meant and self.client_secret is not None:
            raise SecretNotMeant(field="client_secret")
        return self.client_secret


class NewIssuer(TypedTerms):
    """`public_client`: the provider has given no secret."""

    issuer_id: IssuerName
    issuer: SafeUrl
    public_client: bool = False


class ChangedIssuer(TypedTerms):
    """`secret_renewed`: another secret is typed; without it the known one stays."""

    issuer_id: Id
    secret_renewed: bool = False
    expected_version: int


class OneIssuer(InTenant):
    issuer_id: Id


@pages.show(LIST, ListIssuers, template="issuers.html", nav=("security.nav.issuers", 150))
async def show_issuers(door: Door, query: ListIssuers) -> Values:
    """Those of one place, closed ones too, and what has to be registered at a provider."""
    return {
        "issuers": (await door.found(query, views.list_issuers)).items,
        "audiences": AUDIENCES,
        "callback": whole_link(door, CALLBACK),
        **await place_values(door, query.tenant),
    }


@pages.form(LIST, NewIssuer, KEEPER, on=show_issuers)
async def register_issuer(door: Door, filled: NewIssuer) -> str:
    """Let people sign in with it (登记身份认证平台)."""
    command = RegisterIssuer(
        tenant=filled.tenant,
        issuer_id=filled.issuer_id,
        terms=filled.terms(filled.issuer),
        client_secret=filled.secret(meant=not filled.public_client),
    )
    handle = partial(use_cases.register_issuer, cipher=door.frame.cipher, origin=origin_of(door.request.scope))
    await door.decided(command, handle)
    return address(LIST, tenant=filled.tenant, done="issuer_registered")


@pages.show("/security/issuers/{issuer_id}", OneIssuer, KEEPER, template="issuer.html")
async def show_issuer(door: Door, asked: OneIssuer) -> Values:
    """One of them, to be changed or closed. Raises IssuerMissing."""
    return {
        "issuer": await _issuer(door, asked),
        "audiences": AUDIENCES,
        "callback": whole_link(door, CALLBACK),
        **await place_values(door, asked.tenant),
    }


@pages.form(
    "/security/issuers/{issuer_id}/change", ChangedIssuer, Permitted(ChangeIssuer), on=show_issuer, versioned=True
)
async def change_issuer(door: Door, filled: ChangedIssuer) -> str:
    """Other terms with the same provider; a secret that is not typed stays (变更身份认证平台)."""
    known = await _issuer(door, OneIssuer(tenant=filled.tenant, issuer_id=filled.issuer_id))
    command = ChangeIssuer(
        tenant=filled.tenant,
        issuer_id=filled.issuer_id,
        terms=filled.terms(known.issuer),
        client_secret=filled.secret(meant=filled.secret_renewed),
        expected_version=filled.expected_version,
    )
    handle = partial(use_cases.change_issuer, cipher=door.frame.cipher, origin=origin_of(door.request.scope))
    await door.decided(command, handle)
    return address(f"{LIST}/{filled.issuer_id}", tenant=filled.tenant, done="issuer_changed")


@pages.form("/security/issuers/{issuer_id}/close", CloseIssuer, on=show_issuer, versioned=True)
async def close_issuer(door: Door, command: CloseIssuer) -> str:
    """Nobody signs in with it any more, and who did is signed out (停用身份认证平台)."""
    origin = origin_of(door.request.scope)
    await door.decided(command, partial(use_cases.close_issuer, end_sessions=end_sessions_of_issuer, origin=origin))
    return address(LIST, tenant=command.tenant, done="issuer_closed")


async def _issuer(door: Door, asked: OneIssuer) -> IssuerView:
    found = (await door.found(ListIssuers(tenant=asked.tenant), views.list_issuers)).items
    for each in found:
        if each.issuer_id == asked.issuer_id:
            return each
    raise IssuerMissing()
