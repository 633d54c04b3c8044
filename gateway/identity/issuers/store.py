"""Rows of identity providers, of their secrets, and of the links from their subjects to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Boolean, Column, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.foundation.secrecy import Cipher
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.unit import Unit
from contracts.message import Id, TenantId
from gateway.identity.issuers.domain import IdentityProvider, IssuerExists, IssuerMissing, SubjectOfAnother

SECRET = "issuer_secret"
SUBJECT = "issuer_subject"
"""For what is sealed, and what subjects are looked up by."""

LinkedBy = Literal["resident_id", "invitation"]

COLUMNS = (
    "issuer",
    "discovery_url",
    "client_id",
    "audience",
    "label_zh",
    "label_en",
    "resident_id_claim",
    "claims_from_userinfo",
    "second_factor_acr",
    "scopes",
    "state",
)
LISTS = ("second_factor_acr", "scopes")

issuers = Table(
    "issuer",
    MetaData(),
    *aggregate_columns(),
    Column("issuer", Text, nullable=False),
    Column("discovery_url", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("label_zh", Text, nullable=False),
    Column("label_en", Text, nullable=False),
    Column("resident_id_claim", Text),
    Column("claims_from_userinfo", Boolean, nullable=False),
    Column("second_factor_acr", ARRAY(Text), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
)


class IssuerStore(AggregateStore[IdentityProvider]):
    table = issuers
    aggregate_type = "issuer"
    missing = IssuerMissing
    refusals = {"issuer_id_once": IssuerExists, "issuer_pkey": IssuerExists}

    def to_row(self, aggregate: IdentityProvider) -> dict[str, Any]:
        row = {name: getattr(aggregate, name) for name in COLUMNS}
        return {**row, **{name: list(row[name]) for name in LISTS}}

    def from_row(self, row: RowMapping) -> IdentityProvider:
        return issuer_of(row)

    def put_secret(self, issuer: IdentityProvider, secret: str, cipher: Cipher) -> None:
        """In the place of what was agreed before."""
        self._uow.execute(
            "INSERT INTO issuer_secret (tenant, issuer_id, client_secret_sealed) VALUES (:tenant, :id, :sealed)"
            " ON CONFLICT (tenant, issuer_id) DO UPDATE SET client_secret_sealed = EXCLUDED.client_secret_sealed",
            {
                "tenant": issuer.tenant,
                "id": issuer.id,
                "sealed": cipher.seal(secret, purpose=SECRET, tenant=issuer.tenant),
            },
        )


def issuer_of(row: RowMapping) -> IdentityProvider:
    fields = dict(row)
    return IdentityProvider(**{**fields, **{name: tuple(fields[name]) for name in LISTS}})


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Somebody as an issuer knows them. `name` is the issuer's, within its `tenant`."""

    tenant: TenantId
    issuer_id: Id
    name: str

    def digest(self, cipher: Cipher) -> str:
        """What it is kept under. Keyed: some issuers take the resident id for a subject."""
        return self.digests(cipher)[0]

    def digests(self, cipher: Cipher) -> list[str]:
        """What it is looked up by: it may be kept under an earlier key."""
        return cipher.hmacs(f"{self.issuer_id}\x1f{self.name}", purpose=SUBJECT, tenant=self.tenant)


class SubjectLinks:
    """Which subject is which person, within one unit of work. A link once made stays."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    def person_of(self, subject: Subject, cipher: Cipher) -> Id | None:
        found: Id | None = self._uow.execute(
            "SELECT person_id FROM subject_link"
            " WHERE tenant = :tenant AND issuer_id = :issuer AND subject_digest = ANY (:digests)",
            {"tenant": subject.tenant, "issuer": subject.issuer_id, "digests": subject.digests(cipher)},
        ).scalar()
        return found

    def add(self, subject: Subject, person_id: Id, how: LinkedBy, cipher: Cipher) -> bool:
        """Whether the link is new. Raises SubjectOfAnother if the subject is another person's."""
        linked = self.person_of(subject, cipher)
        if linked is not None:
            if linked != person_id:
                raise SubjectOfAnother()
            return False
        made = self._uow.execute(
            "INSERT INTO subject_link (tenant, issuer_id, subject_digest, subject_sealed, person_id, linked_at, how)"
            " VALUES (:tenant, :issuer, :digest, :sealed, :person, :at, :how) ON CONFLICT DO NOTHING",
            {
                "tenant": subject.tenant,
                "issuer": subject.issuer_id,
                "digest": subject.digest(cipher),
                "sealed": cipher.seal(subject.name, purpose=SUBJECT, tenant=subject.tenant),
                "person": person_id,
                "at": self._uow.now,
                "how": how,
            },
        )
        if made.rowcount == 0 and self.person_of(subject, cipher) != person_id:
            raise SubjectOfAnother()
        return made.rowcount == 1
