"""Tenants, and the roles of those who act for them. The gateway owns both."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.message import Command, Event, Model, ServiceName, TenantId
from contracts.names import SEEN_WHOLE
from contracts.notify import Channel
from contracts.refusal_grounds import Remedies
from contracts.rule.plan import Mode
from contracts.rule.shares import Level
from contracts.typed import Telephone, Typed

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Typed("应为时刻，如 09:00")]
"""Local time of an office, `17:30`."""

DivisionCode = Annotated[
    str, Field(pattern=r"^[0-9A-Z]{2,12}$"), Typed("应为 2 至 12 位数字或大写字母，用 0 至 9 书写")
]
"""行政区划代码 (GB/T 2260); a local code for a zone, which has none."""

SiteCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{10}$"), Typed("应为 10 位数字或字母，用 0 至 9 书写")]
"""政府网站标识码."""

PLATFORM: TenantId = "platform"
"""The tenant of those who run the platform, and of people, who work in several others."""


class InTenant(Model):
    """What is asked or done in one tenant: the caller's own, unless whoever runs the platform names another."""

    tenant: TenantId | None = None


class SiteFooter(Model):
    """What a government site must say at its foot (政府网站发展指引). What is not known is left out, never made up."""

    organiser: str | None = Field(default=None, max_length=100)  # 主办单位
    undertaker: str | None = Field(default=None, max_length=100)  # 承办单位
    site_code: SiteCode | None = None  # 政府网站标识码
    icp_number: str | None = Field(default=None, max_length=60)  # ICP 备案号
    police_number: str | None = Field(default=None, max_length=60)  # 公安备案号
    hotline: Telephone | None = "12345"  # 政务服务便民热线
    discipline_phone: Telephone | None = None  # 纪检监察举报电话
    address: str | None = Field(default=None, max_length=120)


class TenantSettings(Model):
    """What a tenant may set for itself. Limits are ceilings in the unit of their name.

    `review_working_days`: by mode, the longest review limit in working days that an item may be published with.
    `channels`: over which enterprises are told; the inbox is always one of them. `undo_minutes`: for how long a decision on
    a case can be taken back before anybody outside hears of it, as far as the payout limit leaves time for it. `remedies`: whom
    an enterprise turns to against a refusal, without which none is issued; `remedies_of` the same by department, where the law
    names others (departments that are led from above).
    """

    mode_names: dict[str, str] = Field(
        default_factory=lambda: {"no_application": "免申即享", "instant": "即申即享", "committed": "承诺兑现"}
    )
    opening_time: TimeOfDay = "08:30"
    closing_time: TimeOfDay = "17:30"
    payout_working_days: int = Field(default=1, ge=1, le=60)
    review_working_days: dict[Mode, Annotated[int, Field(ge=1, le=250)]] = Field(default_factory=dict)
    channels: tuple[Channel, ...] = ("inbox", "sms")
    undo_minutes: int = Field(default=0, ge=0, le=30)
    receipt_prefix: str = Field(default="ZD", pattern=r"^[A-Z0-9]{2,12}$")
    footer: SiteFooter = SiteFooter()
    remedies: Remedies | None = None
    remedies_of: dict[str, Remedies] = Field(default_factory=dict, max_length=200)

    def remedies_against(self, department_id: str | None) -> Remedies | None:
        """Those against a decision of this department; None where nobody has entered any."""
        return self.remedies_of.get(department_id or "", self.remedies)


class DatedDivisionCode(Model):
    """A division code and the day from which it holds; no day: since before anybody wrote it down."""

    code: str
    since: date | None = None


class TenantView(Model):
    """`version` counts what was changed, settings included. `division_codes` is every code so far, the present one last."""

    id: TenantId
    parent_id: TenantId | None = None
    level: Level
    division_code: str
    division_codes: tuple[DatedDivisionCode, ...] = ()
    name: str
    settings: TenantSettings
    version: int


class NewTenant(Model):
    """What is said of a city, county or zone that comes on board."""

    id: TenantId
    parent_id: TenantId | None = None
    level: Level
    division_code: DivisionCode
    division_code_since: date | None = None
    name: Annotated[str, Field(min_length=2, max_length=60), SEEN_WHOLE]
    settings: TenantSettings = TenantSettings()


class OnboardTenant(Command[TenantView], NewTenant):
    """Open the house to a city, county or zone (市级统建、市县共用)."""

    owner: ClassVar[ServiceName] = "gateway"


class TenantOnboarded(Event):
    aggregate: ClassVar[str] = "tenant"

    id: TenantId
    parent_id: TenantId | None
    level: Level
    division_code: str
    division_code_since: date | None = None
    name: str
    settings: TenantSettings
    settings_version: int


class TenantChanged(Event):
    """All of it as it is from now on, and why it was changed."""

    aggregate: ClassVar[str] = "tenant"

    id: TenantId
    parent_id: TenantId | None
    level: Level
    division_code: str
    division_code_since: date | None = None
    name: str
    settings: TenantSettings
    settings_version: int
    why: str = ""
