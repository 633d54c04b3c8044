"""Reading accounts: the administrator's list, and what the door looks up before anybody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.edge.frame import Frame
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.accounts import AccountPage, AccountState, InvitationPurpose, ListAccounts
from contracts.message import Id, TenantId
from gateway.identity.accounts.domain import SignInAccount
from gateway.identity.accounts.store import Secrets
from gateway.identity.digests import digest_of, login_digest
from gateway.identity.security.events import DOOR

OPEN = "used_at IS NULL AND withdrawn_at IS NULL AND expires_at > :now"


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as the door needs it: whose it is, how it stands, and what it is proved by."""

    tenant: TenantId
    account_id: Id
    person_id: Id
    login: str
    state: AccountState
    second_factor: bool
    secrets: Secrets
    recovered_at: datetime | None
    recovered_by: str | None

    @property
    def usable(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that may be used now."""

    tenant: TenantId
    invitation_id: Id
    purpose: InvitationPurpose
    person_id: Id
    account_id: Id | None
    issuer_id: Id | None
    expires_at: datetime


def list_accounts(query: ListAccounts, reader: Reader) -> AccountPage:
    """The accounts of the tenant, by login. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, str)
    found = reader.execute(
        "SELECT a.*, (SELECT max(expires_at) FROM invitation i WHERE i.tenant = a.tenant AND i.account_id = a.id"
        f" AND {OPEN}) AS invited_until FROM account a WHERE a.tenant = :tenant"
        " AND (CAST(:person AS text) IS NULL OR a.person_id = :person)"
        " AND (CAST(:after AS text) IS NULL OR a.login > :after) ORDER BY a.login LIMIT :limit",
        {
            "tenant": reader.tenant,
            "now": reader.now,
            "person": query.person_id,
            "after": str(after[0]) if after else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = []
    for row in rows:
        fields = dict(row)
        invited_until = fields.pop("invited_until")
        items.append(SignInAccount(**fields).view(invited_until))
    return AccountPage(items=tuple(items), next_cursor=encode_cursor(items[-1].login) if more else None)


def account_of_login(frame: Frame, login: str) -> KnownAccount | None:
    """The account behind a login, whoever asks. Blocks."""
    with frame.reader(()) as reader:
        found = reader.execute(
            "SELECT tenant, account_id FROM account_login WHERE login_digest = :digest",
            {"digest": login_digest(login)},
        ).first()
    # Where there is no such login, as much is asked as where there is one: nobody learns of it by a clock.
    known = account_by_id(frame, *(found or (DOOR, "-")))
    return known if found is not None else None


def account_by_id(frame: Frame, tenant: TenantId, account_id: Id) -> KnownAccount | None:
    """Blocks."""
    with frame.reader((tenant,)) as reader:
        row = reader.execute(
            "SELECT a.tenant, a.id, a.person_id, a.login, a.state, a.second_factor_since, a.recovered_at,"
            " a.recovered_by, s.password_hash, s.totp_sealed, s.totp_last_step FROM account a"
            " LEFT JOIN account_secret s ON (s.tenant, s.account_id) = (a.tenant, a.id)"
            " WHERE a.tenant = :tenant AND a.id = :id",
            {"tenant": tenant, "id": account_id},
        ).first()
    if row is None:
        return None
    return KnownAccount(
        tenant=row.tenant,
        account_id=row.id,
        person_id=row.person_id,
        login=row.login,
        state=row.state,
        second_factor=row.second_factor_since is not None,
        secrets=Secrets(row.password_hash, row.totp_sealed, row.totp_last_step),
        recovered_at=row.recovered_at,
        recovered_by=row.recovered_by,
    )


def accounts_of_person(frame: Frame, person_id: Id) -> list[KnownAccount]:
    """A person's accounts in all tenants: for whoever comes by another way than a password. Blocks."""
    with frame.reader(()) as reader:
        found = reader.execute(
            "SELECT tenant, account_id FROM account_login WHERE person_id = :person ORDER BY account_id",
            {"person": person_id},
        ).all()
    return [known for each in found if (known := account_by_id(frame, each.tenant, each.account_id)) is not None]


def person_invited_to_link(frame: Frame, tenant: TenantId, invitation_id: Id, issuer_id: Id) -> Id | None:
    """Whom an invitation lets be known by this issuer; None if it is for another. Blocks."""
    with frame.reader((tenant,)) as reader:
        found: Id | None = reader.execute(
            "SELECT person_id FROM invitation"
            f" WHERE tenant = :tenant AND id = :id AND purpose = 'link' AND issuer_id = :issuer AND {OPEN}",
            {"tenant": tenant, "id": invitation_id, "issuer": issuer_id, "now": reader.now},
        ).scalar()
    return found


def invitation_behind(frame: Frame, token: str) -> OpenInvitation | None:
    """The invitation that a link's token belongs to, if it may be used. Blocks."""
    with frame.reader(()) as reader:
        found = reader.execute(
            "SELECT tenant, invitation_id FROM invitation_key WHERE token_digest = :digest",
            {"digest": digest_of(token)},
        ).first()
    if found is None:
        return None
    with frame.reader((found.tenant,)) as reader:
        row = reader.execute(
            "SELECT tenant, id, purpose, person_id, account_id, issuer_id, expires_at FROM invitation"
            f" WHERE tenant = :tenant AND id = :id AND {OPEN}",
            {"tenant": found.tenant, "id": found.invitation_id, "now": reader.now},
        ).first()
    if row is None:
        return None
    return OpenInvitation(
        tenant=row.tenant,
        invitation_id=row.id,
        purpose=row.purpose,
        person_id=row.person_id,
        account_id=row.account_id,
        issuer_id=row.issuer_id,
        expires_at=row.expires_at,
    )
