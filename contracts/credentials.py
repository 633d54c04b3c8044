"""Bearer tokens of machines, and of people who call the gateway by program."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.duties import Role
from contracts.fact_sources import SpokenFor
from contracts.identity import InTenant
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why


class CredentialView(Model):
    """The token stands in the answer to the command that made it, and nowhere else.

    `ends_at` is the instant from which it opens nothing; `former_ends_at` the same of the token before the last
    rotation, while that one is still good. `sources` are those that the machine may record facts of.
    """

    actor_id: Id
    tenant: TenantId
    name: str
    roles: tuple[str, ...]
    token: str | None = None
    credential_id: Id | None = None
    ends_at: datetime | None = None
    former_ends_at: datetime | None = None
    revoked_at: datetime | None = None
    unattended: bool = False
    sources: tuple[SpokenFor, ...] = ()
    version: int = 0


class IssueCredential(Command[CredentialView], InTenant):
    """Give a machine, or a person for a program, a bearer token for one tenant. The token is shown once.

    A machine has `roles` of machines. A person's token has none: it opens what the person may do in `department_id`
    or for `enterprise_id` at the time of each call; `actor_id` is then the person's id.

    `unattended`: a person's token may also do what a page asks a second factor for (signing for money, seeing personal data
    whole). Without it those are refused: a program has nobody who could give one.

    `sources`: the kinds of source that a machine may record facts of; of any other it is refused. A person's token has
    none: for what a person may speak, department and duty say.
    """

    owner: ClassVar[ServiceName] = "gateway"

    tenant: TenantId
    actor_id: Id
    name: str = Field(min_length=1, max_length=60)
    roles: frozenset[Role] = frozenset()
    enterprise_id: Id | None = None
    department: str | None = Field(default=None, max_length=60)
    department_id: Id | None = None
    days: int = Field(default=180, ge=1, le=400)
    unattended: bool = False
    sources: frozenset[SpokenFor] = frozenset()


class RotateCredential(Command[CredentialView], InTenant):
    """Give another token for the same credential. The one before stays good for `overlap_hours`, so that a partner can
    change over without an outage."""

    owner: ClassVar[ServiceName] = "gateway"

    credential_id: Id
    days: int = Field(default=180, ge=1, le=400)
    overlap_hours: int = Field(default=24, ge=0, le=24 * 30)


class RevokeCredential(Command[CredentialView], InTenant):
    """From now on neither of its tokens opens anything; every gateway knows within seconds."""

    owner: ClassVar[ServiceName] = "gateway"

    credential_id: Id
    reason: Why


class CredentialPage(Page):
    items: tuple[CredentialView, ...]


class ListCredentials(PagedQuery[CredentialPage], InTenant):
    """The tenant's credentials without their tokens; those that opened their last only when asked for."""

    owner: ClassVar[ServiceName] = "gateway"

    past: bool = False


class PartnerBank(Model):
    """A bank that is connected here; `bank_id` is what a consent names it by."""

    bank_id: Id
    name: str


class PartnerBankList(Model):
    items: tuple[PartnerBank, ...] = ()


class ListPartnerBanks(Query[PartnerBankList]):
    """The banks to which an enterprise of this place can give a consent, by name."""

    owner: ClassVar[ServiceName] = "gateway"
