"""Tenants and credentials: pure, given ids, time and token digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.identity import CredentialView, OnboardTenant, TenantOnboarded, TenantSettings, TenantView
from contracts.refusal import Conflict, Forbidden, Invalid
from contracts.rule.shares import Level


class TenantExists(Conflict):
    """A tenant with this id is there already."""

    code = "tenant_exists"
    sentence = "该地区已开通。"


class ParentUnknown(Invalid):
    """The city that the county is to stand under has not been onboarded."""

    code = "parent_unknown"
    sentence = "上级地区尚未开通。"


class ReceiptPrefixTaken(Conflict):
    """Receipt numbers begin with the prefix, so it belongs to one tenant."""

    code = "receipt_prefix_taken"
    sentence = "收件编号前缀已被其他地区使用。"


class RoleNotYours(Forbidden):
    """Only the platform gives out platform credentials."""

    code = "role_not_yours"
    sentence = "无权发放平台运维凭证。"


class EnterpriseMissing(Invalid):
    """An enterprise's credential must say which enterprise."""

    code = "enterprise_missing"
    sentence = "企业凭证必须指明企业。"


class DepartmentMissing(Invalid):
    """A department's credential must say which department."""

    code = "department_missing"
    sentence = "部门凭证必须指明部门。"


@dataclass(kw_only=True, slots=True)
class Tenant(Aggregate):
    """A city, county or zone. `tenant` equals `id`: it belongs to itself."""

    parent_id: str | None
    level: Level
    division_code: str
    name: str
    settings: TenantSettings
    settings_version: int = 1

    @staticmethod
    def onboard(command: OnboardTenant) -> Tenant:
        tenant = Tenant(
            id=command.id,
            tenant=command.id,
            parent_id=command.parent_id,
            level=command.level,
            division_code=command.division_code,
            name=command.name,
            settings=command.settings,
        )
        tenant.record(
            TenantOnboarded(
                id=command.id,
                parent_id=command.parent_id,
                level=command.level,
                division_code=command.division_code,
                name=command.name,
                settings=command.settings,
                settings_version=1,
            )
        )
        return tenant

    def view(self) -> TenantView:
        return TenantView(
            id=self.id,
            parent_id=self.parent_id,
            level=self.level,
            division_code=self.division_code,
            name=self.name,
            settings=self.settings,
            version=self.version,
        )


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

    def view(self) -> CredentialView:
        return CredentialView(actor_id=self.actor_id, tenant=self.tenant, name=self.name, roles=self.roles)
