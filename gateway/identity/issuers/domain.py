"""Identity providers that people sign in with: pure. What is agreed with one, and whether it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.aggregate import Aggregate
from contracts.issuers import IssuerAudience, IssuerState, IssuerTerms, IssuerView
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound

DISCOVERY = "/.well-known/openid-configuration"


class IssuerExists(Conflict):
    """Ids stand in addresses, which know no tenant: each is given once in the whole house."""

    code = "issuer_exists"
    sentence = "该身份提供方编号已被使用，请换一个。"


class IssuerMissing(NotFound):
    code = "issuer_missing"
    sentence = "没有找到该身份提供方。"


class IssuerClosed(Conflict):
    """It has been closed, and stays so: another agreement is another issuer."""

    code = "issuer_closed"
    sentence = "该身份提供方已停用。"


class IssuerIsAnother(Invalid):
    """Whom people are linked to cannot become somebody else under them."""

    code = "issuer_is_another"
    sentence = "提供方标识（issuer）不可变更；如已更换平台，请停用后另行登记。"


class SubjectOfAnother(Conflict):
    """The identity is linked to another person, or its resident id is another's."""

    code = "subject_of_another"
    sentence = "该身份已与其他人员关联，请联系安全管理员核对。"


class SubjectUnknown(Forbidden):
    """The provider knows who it is, and we do not: a resident id that nobody here has, or none at all."""

    code = "subject_unknown"
    sentence = "您已通过身份认证，但尚未在本系统登记。请向安全管理员或窗口索取邀请链接，首次登录时完成关联。"


@dataclass(kw_only=True, slots=True)
class IdentityProvider(Aggregate):
    """An identity provider as a tenant uses it. Its client secret stands beside it, not in it."""

    issuer: str
    discovery_url: str
    client_id: str
    audience: IssuerAudience
    label_zh: str
    label_en: str
    resident_id_claim: str | None
    claims_from_userinfo: bool
    second_factor_acr: tuple[str, ...]
    scopes: tuple[str, ...]
    state: IssuerState = "open"

    @staticmethod
    def register(id: str, tenant: str, terms: IssuerTerms) -> IdentityProvider:
        return IdentityProvider(id=id, tenant=tenant, **_agreed(terms))

    def change(self, terms: IssuerTerms) -> None:
        """Raises IssuerClosed, IssuerIsAnother."""
        if self.state == "closed":
            raise IssuerClosed()
        if terms.issuer != self.issuer:
            raise IssuerIsAnother(field="terms.issuer")
        for name, value in _agreed(terms).items():
            setattr(self, name, value)

    def close(self) -> None:
        """Raises IssuerClosed if it has been closed before."""
        if self.state == "closed":
            raise IssuerClosed()
        self.state = "closed"

    def view(self) -> IssuerView:
        return IssuerView(
            issuer_id=self.id,
            issuer=self.issuer,
            discovery_url=self.discovery_url,
            client_id=self.client_id,
            audience=self.audience,
            label_zh=self.label_zh,
            label_en=self.label_en,
            resident_id_claim=self.resident_id_claim,
            claims_from_userinfo=self.claims_from_userinfo,
            second_factor_acr=self.second_factor_acr,
            scopes=self.scopes,
            state=self.state,
            version=self.version,
        )


def _agreed(terms: IssuerTerms) -> dict[str, Any]:
    return {
        "issuer": terms.issuer,
        "discovery_url": terms.discovery_url or terms.issuer.rstrip("/") + DISCOVERY,
        "client_id": terms.client_id,
        "audience": terms.audience,
        "label_zh": terms.label_zh,
        "label_en": terms.label_en,
        "resident_id_claim": terms.resident_id_claim,
        "claims_from_userinfo": terms.claims_from_userinfo,
        "second_factor_acr": terms.second_factor_acr,
        "scopes": terms.scopes,
    }
