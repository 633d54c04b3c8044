"""Tenants and the people and machines that act for them. The gateway owns both."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Event, Id, Model, ServiceName, TenantId
from contracts.rule.shares import Level

Role = Literal[
    "platform",  # 平台运维：开通租户、发放凭证
    "department",  # 政策主管部门
    "bureau",  # 行政审批局：受理、复核、兑付
    "finance",  # 财政局
    "window",  # 惠企政策兑现专窗
    "enterprise",  # 企业
    "supervisor",  # 纪委、审计
    "partner",  # 数据交换等系统
    "bank",  # 合作银行：经企业授权查询
]


class TenantSettings(Model):
    """What a tenant may set for itself. Limits are ceilings in the unit of their name."""

    mode_names: dict[str, str] = Field(
        default_factory=lambda: {"no_application": "免申即享", "instant": "即申即享", "committed": "承诺兑现"}
    )
    closing_time: str = Field(default="17:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    payout_working_days: int = Field(default=1, ge=1, le=60)
    receipt_prefix: str = Field(default="ZD", pattern=r"^[A-Z0-9]{2,12}$")


class TenantView(Model):
    id: TenantId
    parent_id: TenantId | None = None
    level: Level
    division_code: str
    name: str
    settings: TenantSettings
    version: int


class OnboardTenant(Command[TenantView]):
    """Open the house to a city, county or zone (市级统建、市县共用)."""

    owner: ClassVar[ServiceName] = "gateway"

    id: TenantId
    parent_id: TenantId | None = None
    level: Level
    division_code: str = Field(pattern=r"^[0-9A-Z]{2,12}$")
    name: str = Field(min_length=2, max_length=60)
    settings: TenantSettings = TenantSettings()


class CredentialView(Model):
    actor_id: Id
    tenant: TenantId
    name: str
    roles: tuple[str, ...]
    token: str | None = None


class IssueCredential(Command[CredentialView]):
    """Give a person or a machine a bearer token for one tenant. The token is shown once."""

    owner: ClassVar[ServiceName] = "gateway"

    tenant: TenantId
    actor_id: Id
    name: str = Field(min_length=1, max_length=60)
    roles: frozenset[Role]
    enterprise_id: Id | None = None
    department: str | None = Field(default=None, max_length=60)


class TenantOnboarded(Event):
    aggregate: ClassVar[str] = "tenant"

    id: TenantId
    parent_id: TenantId | None
    level: Level
    division_code: str
    name: str
    settings: TenantSettings
    settings_version: int


class TenantChanged(Event):
    aggregate: ClassVar[str] = "tenant"

    id: TenantId
    parent_id: TenantId | None
    level: Level
    division_code: str
    name: str
    settings: TenantSettings
    settings_version: int
