"""Rows of accounts and invitations, and of what is secret about an account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.unit import Unit
from gateway.identity.accounts.domain import AccountExists, AccountMissing, Invitation, LoginTaken, SignInAccount

metadata = MetaData()

accounts = Table(
    "account",
    metadata,
    *aggregate_columns(),
    Column("person_id", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("password_set_at", DateTime(timezone=True)),
    Column("second_factor_since", DateTime(timezone=True)),
    Column("recovered_at", DateTime(timezone=True)),
    Column("recovered_by", Text),
)

invitations = Table(
    "invitation",
    metadata,
    *aggregate_columns(),
    Column("purpose", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("account_id", Text),
    Column("issuer_id", Text),
    Column("token_digest", Text, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("invited_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True)),
)


class AccountStore(AggregateStore[SignInAccount]):
    table = accounts
    aggregate_type = "account"
    missing = AccountMissing
    refusals = {"account_one_for_a_person": AccountExists}

    def to_row(self, aggregate: SignInAccount) -> dict[str, Any]:
        own = (
            "person_id",
            "login",
            "state",
            "password_set_at",
            "second_factor_since",
            "recovered_at",
            "recovered_by",
        )
        return {name: getattr(aggregate, name) for name in own}

    def from_row(self, row: RowMapping) -> SignInAccount:
        return SignInAccount(**dict(row))

    def of_person(self, person_id: str) -> SignInAccount | None:
        """The person's account in the unit's tenant, locked."""
        found = self.where(self.table.c.person_id == person_id)
        return found[0] if found else None

    def give_login(self, account: SignInAccount, digest: str) -> None:
        """Let the login lead to the account. Raises LoginTaken."""
        taken = self._uow.execute(
            "INSERT INTO account_login (login_digest, tenant, account_id, person_id)"
            " VALUES (:digest, :tenant, :id, :person) ON CONFLICT DO NOTHING",
            {"digest": digest, "tenant": account.tenant, "id": account.id, "person": account.person_id},
        )
        if taken.rowcount == 0:
            raise LoginTaken(field="login")


class InvitationStore(AggregateStore[Invitation]):
    table = invitations
    aggregate_type = "invitation"

    def to_row(self, aggregate: Invitation) -> dict[str, Any]:
        own = (
            "purpose",
            "person_id",
            "account_id",
            "issuer_id",
            "token_digest",
            "invited_by",
            "invited_at",
            "expires_at",
            "used_at",
            "withdrawn_at",
        )
        return {name: getattr(aggregate, name) for name in own}

    def from_row(self, row: RowMapping) -> Invitation:
        return Invitation(**dict(row))

    def open_of(self, account_id: str) -> list[Invitation]:
        """The account's invitations that have been neither used nor withdrawn, locked."""
        columns = self.table.c
        return self.where(columns.account_id == account_id, columns.used_at.is_(None), columns.withdrawn_at.is_(None))

    def give_key(self, invitation: Invitation) -> None:
        """Let the token's digest lead to the invitation."""
        self._uow.execute(
            "INSERT INTO invitation_key (token_digest, tenant, invitation_id) VALUES (:digest, :tenant, :id)",
            {"digest": invitation.token_digest, "tenant": invitation.tenant, "id": invitation.id},
        )


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an account is proved by. `last_step` is the time step of the code that was used last."""

    password_hash: str | None = None
    totp_sealed: str | None = None
    last_step: int | None = None


class AccountSecrets:
    """Passwords, second factors and recovery codes, within one unit of work. No audit fact repeats them."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    def of(self, tenant: str, account_id: str) -> Secrets:
        """Locked until the unit of work ends; empty for an account that has none."""
        row = self._uow.execute(
            "SELECT password_hash, totp_sealed, totp_last_step FROM account_secret"
            " WHERE tenant = :tenant AND account_id = :id FOR UPDATE",
            {"tenant": tenant, "id": account_id},
        ).first()
        return Secrets(*row) if row is not None else Secrets()

    def put(self, tenant: str, account_id: str, secrets: Secrets) -> None:
        """In the place of what was there."""
        self._uow.execute(
            "INSERT INTO account_secret (tenant, account_id, password_hash, totp_sealed, totp_last_step)"
            " VALUES (:tenant, :id, :password_hash, :totp_sealed, :last_step)"
            " ON CONFLICT (tenant, account_id) DO UPDATE SET password_hash = EXCLUDED.password_hash,"
            " totp_sealed = EXCLUDED.totp_sealed, totp_last_step = EXCLUDED.totp_last_step",
            {
                "tenant": tenant,
                "id": account_id,
                "password_hash": secrets.password_hash,
                "totp_sealed": secrets.totp_sealed,
                "last_step": secrets.last_step,
            },
        )

    def use_step(self, tenant: str, account_id: str, step: int) -> bool:
        """Claim a time step: False if it, or a later one, has been used."""
        claimed = self._uow.execute(
            "UPDATE account_secret SET totp_last_step = :step WHERE tenant = :tenant AND account_id = :id"
            " AND (totp_last_step IS NULL OR totp_last_step < :step)",
            {"tenant": tenant, "id": account_id, "step": step},
        )
        return claimed.rowcount == 1

    def rehash(self, tenant: str, account_id: str, known: str, better: str) -> None:
        """The same password under today's parameters, unless it has been changed meanwhile."""
        self._uow.execute(
            "UPDATE account_secret SET password_hash = :better"
            " WHERE tenant = :tenant AND account_id = :id AND password_hash = :known",
            {"tenant": tenant, "id": account_id, "known": known, "better": better},
        )

    def put_recovery_codes(self, tenant: str, account_id: str, digests: Collection[str]) -> None:
        """In the place of all former ones."""
        self._uow.execute(
            "DELETE FROM recovery_code WHERE tenant = :tenant AND account_id = :id",
            {"tenant": tenant, "id": account_id},
        )
        if digests:
            self._uow.execute(
                "INSERT INTO recovery_code (tenant, account_id, code_digest)"
                " SELECT :tenant, :id, unnest(CAST(:digests AS text[]))",
                {"tenant": tenant, "id": account_id, "digests": list(digests)},
            )

    def use_recovery_code(self, tenant: str, account_id: str, digest: str, at: datetime) -> bool:
        """Claim a recovery code: False if it is none of the account's or has been used."""
        claimed = self._uow.execute(
            "UPDATE recovery_code SET used_at = :at"
            " WHERE tenant = :tenant AND account_id = :id AND code_digest = :digest AND used_at IS NULL",
            {"tenant": tenant, "id": account_id, "digest": digest, "at": at},
        )
        return claimed.rowcount == 1

    def recovery_codes_left(self, tenant: str, account_id: str) -> int:
        left: int = self._uow.execute(
            "SELECT count(*) FROM recovery_code WHERE tenant = :tenant AND account_id = :id AND used_at IS NULL",
            {"tenant": tenant, "id": account_id},
        ).scalar_one()
        return left
