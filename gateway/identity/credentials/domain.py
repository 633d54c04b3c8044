"""Credentials: pure, given ids, time and token digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts import status_labels
from contracts.aggregate import Aggregate
from contracts.credentials import CredentialView, IssueCredential
from contracts.duties import Role
from contracts.fact_sources import SpokenFor
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound

MACHINES: frozenset[Role] = frozenset({"partner", "bank", "enterprise", "platform"})
"""What a machine may be: a partner's system, a bank, an enterprise's own system, the operator's automation."""


class CredentialUnknown(NotFound):
    """The tenant has given out no such credential."""

    code = "credential_unknown"
    sentence = "没有找到该凭证。"


class RoleNotYours(Forbidden):
    """Only the platform gives out platform credentials."""

    code = "role_not_yours"
    sentence = "无权发放平台运维凭证。"


class EnterpriseMissing(Invalid):
    """An enterprise's credential must say which enterprise."""

    code = "enterprise_missing"
    sentence = "企业凭证必须指明企业。"


class EnterpriseNotThere(Invalid):
    """No enterprise of this place has the id."""

    code = "enterprise_not_there"
    sentence = "本地区没有这家企业，请核对企业编号。"


class DepartmentNotThere(Invalid):
    """No department of this place has the id or the name, or it has been closed."""

    code = "department_not_there"
    sentence = "本地区没有这个部门或部门已撤销，请核对部门。"


class PersonNeeded(Invalid):
    """People hold duties; a machine is given none of theirs."""

    code = "person_needed"
    sentence = "“{roles}”须由人员担任：请先登记人员并授予岗位，再以人员编号和部门编号发放凭证。"


class DepartmentMissing(Invalid):
    """A person's credential says in which department, or for which enterprise, it is used."""

    code = "department_missing"
    sentence = "个人凭证必须指明部门或企业。"


class NothingHeld(Invalid):
    """A person's token opens what the person holds, which is nothing there."""

    code = "nothing_held"
    sentence = "该人员在此部门没有岗位，也没有该企业的委托，请先授予。"


class SourcesOfPerson(Invalid):
    """For what a person may speak, department and duty say."""

    code = "sources_of_person"
    sentence = "个人凭证不单独指定数据来源：个人可以代表的来源由所在部门和岗位决定。请去掉来源，或在部门登记中调整。"


class SourcesWithoutData(Invalid):
    """Facts are recorded by partners' systems; no other machine does."""

    code = "sources_without_data"
    sentence = "只有数据交换等系统（partner）的凭证可以指定数据来源，请去掉来源或调整角色。"


class RotationRunning(Conflict):
    """At most two tokens are good at a time."""

    code = "rotation_running"
    sentence = "上一次更换的旧凭证仍有效（至 {until}），届时再更换，或先撤销。"


class CredentialRevoked(Conflict):
    """It opens nothing any more."""

    code = "credential_revoked"
    sentence = "凭证已撤销，请重新发放。"


@dataclass(kw_only=True, slots=True)
class Credential(Aggregate):
    """A bearer token of one person or machine. Only its digest is kept."""

    actor_id: str
    name: str
    roles: tuple[str, ...]
    enterprise_id: str | None
    department: str | None
    token_digest: str
    issued_at: datetime
    department_id: str | None = None
    of_person: bool = False
    unattended: bool = False
    sources: tuple[SpokenFor, ...] = ()
    ends_at: datetime | None = None
    former_ends_at: datetime | None = None
    revoked_at: datetime | None = None

    def rotate(self, digest: str, days: int, overlap: timedelta, now: datetime) -> None:
        """Raises CredentialRevoked, RotationRunning."""
        if self.revoked_at is not None:
            raise CredentialRevoked()
        if self.former_ends_at is not None and self.former_ends_at > now:
            raise RotationRunning(until=self.former_ends_at.isoformat(timespec="minutes"))
        # A token that ends sooner than the overlap still ends when it would have ended.
        self.former_ends_at = min(filter(None, (self.ends_at, now + overlap)))
        self.token_digest = digest
        self.ends_at = now + timedelta(days=days)

    def revoke(self, now: datetime) -> None:
        """Once revoked it stays so."""
        if self.revoked_at is None:
            self.revoked_at = now

    def view(self) -> CredentialView:
        return CredentialView(
            actor_id=self.actor_id,
            tenant=self.tenant,
            name=self.name,
            roles=self.roles,
            credential_id=self.id,
            ends_at=self.ends_at,
            former_ends_at=self.former_ends_at,
            revoked_at=self.revoked_at,
            unattended=self.unattended,
            sources=self.sources,
            version=self.version,
        )


def of_machine(command: IssueCredential, *, by_platform: bool) -> None:
    """Whether these roles may be a machine's. Raises RoleNotYours, PersonNeeded, EnterpriseMissing, SourcesWithoutData."""
    if "platform" in command.roles and not by_platform:
        raise RoleNotYours(field="roles")
    if beyond := sorted(command.roles - MACHINES):
        raise PersonNeeded(field="roles", roles="、".join(status_labels.ROLE[each].staff_zh for each in beyond))
    if "enterprise" in command.roles and command.enterprise_id is None:
        raise EnterpriseMissing(field="enterprise_id")
    if command.sources and "partner" not in command.roles:
        raise SourcesWithoutData(field="sources")
