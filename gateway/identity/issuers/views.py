"""Reading the register: the administrator's list, and what the page that offers issuers needs."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.edge.frame import Frame
from chassis.read.reader import Reader
from contracts.issuers import IssuerAudience, IssuerList, ListIssuers
from contracts.message import Id, TenantId
from gateway.identity.issuers.domain import IdentityProvider, IssuerMissing
from gateway.identity.issuers.store import SECRET, Subject, issuer_of


@dataclass(frozen=True, slots=True)
class OfferedIssuer:
    """A way to sign in besides the account, as the page shows it."""

    tenant: TenantId
    issuer_id: Id
    audience: IssuerAudience
    label_zh: str
    label_en: str

    def label(self, language: str) -> str:
        return self.label_zh if language == "zh" else self.label_en


def list_issuers(query: ListIssuers, reader: Reader) -> IssuerList:
    """The identity providers of the reader's tenant, closed ones too."""
    found = reader.execute("SELECT * FROM issuer WHERE tenant = :tenant ORDER BY id", {"tenant": reader.tenant})
    return IssuerList(items=tuple(issuer_of(row).view() for row in found.mappings()))


def offered_issuers(frame: Frame) -> list[OfferedIssuer]:
    """All that are open, of every tenant. Blocks."""
    with frame.reader(()) as reader:
        found = reader.execute("SELECT tenant, id, audience, label_zh, label_en FROM offered_issuers()").all()
    return [OfferedIssuer(each.tenant, each.id, each.audience, each.label_zh, each.label_en) for each in found]


def open_issuer(frame: Frame, issuer_id: Id) -> IdentityProvider:
    """The terms with an issuer that is open. Raises IssuerMissing. Blocks."""
    tenant = next((each.tenant for each in offered_issuers(frame) if each.issuer_id == issuer_id), None)
    if tenant is None:
        raise IssuerMissing()
    with frame.reader((tenant,)) as reader:
        found = reader.execute(
            "SELECT * FROM issuer WHERE tenant = :tenant AND id = :id AND state = 'open'",
            {"tenant": tenant, "id": issuer_id},
        )
        row = found.mappings().first()
    if row is None:
        raise IssuerMissing()
    return issuer_of(row)


def client_secret(frame: Frame, issuer: IdentityProvider) -> str | None:
    """The secret that was agreed; None for a public client. Blocks."""
    with frame.reader((issuer.tenant,)) as reader:
        sealed = reader.execute(
            "SELECT client_secret_sealed FROM issuer_secret WHERE tenant = :tenant AND issuer_id = :id",
            {"tenant": issuer.tenant, "id": issuer.id},
        ).scalar()
    return None if sealed is None else frame.cipher.open(sealed, purpose=SECRET, tenant=issuer.tenant)


def linked_person(frame: Frame, subject: Subject) -> Id | None:
    """Who the subject is linked to. Blocks."""
    with frame.reader((subject.tenant,)) as reader:
        found: Id | None = reader.execute(
            "SELECT person_id FROM subject_link"
            " WHERE tenant = :tenant AND issuer_id = :issuer AND subject_digest = ANY (:digests)",
            {"tenant": subject.tenant, "issuer": subject.issuer_id, "digests": subject.digests(frame.cipher)},
        ).scalar()
    return found
