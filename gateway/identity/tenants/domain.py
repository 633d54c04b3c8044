"""A tenant and how it may change. Pure: time, persons and the registry of others are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.aggregate import Aggregate
from contracts.calendars import NATION
from contracts.identity import (
    DatedDivisionCode,
    NewTenant,
    TenantChanged,
    TenantOnboarded,
    TenantSettings,
    TenantView,
)
from contracts.message import TenantId
from contracts.refusal import Conflict, Invalid, Refused
from contracts.rule.shares import Level
from contracts.tenants import ChangeTenant

RESERVED = frozenset({NATION, "platform"})
"""Ids that stand for something else than a place."""


class TenantExists(Conflict):
    """A tenant with this id is there already."""

    code = "tenant_exists"
    sentence = "该地区已开通。"


class TenantIdReserved(Invalid):
    """The id stands for the nation or for the platform itself."""

    code = "tenant_id_reserved"
    sentence = "编号 {id} 为系统保留，请另取编号。"


class ParentUnknown(Invalid):
    """The city that the county is to stand under has not been onboarded."""

    code = "parent_unknown"
    sentence = "上级地区尚未开通。"


class ParentBelow(Invalid):
    """The parent would stand under the tenant itself, or be it."""

    code = "parent_below"
    sentence = "上级地区不能是本地区或其下级地区。"


class ReceiptPrefixTaken(Conflict):
    """Receipt numbers begin with the prefix, so it belongs to one tenant."""

    code = "receipt_prefix_taken"
    sentence = "收件编号前缀已被其他地区使用。"


class ReceiptPrefixFixed(Conflict):
    """Receipts that were given out are found by their prefix, and nobody knows here whether there are any."""

    code = "receipt_prefix_fixed"
    sentence = "收件编号前缀启用后不能更改：已发出的收件编号凭它查询。"


class ClosesBeforeOpening(Invalid):
    """Office hours would end before they begin."""

    code = "closes_before_opening"
    sentence = "下班时间（{closing}）应晚于上班时间（{opening}）。"


class DivisionCodeNotYetInForce(Invalid):
    """What holds only later is entered when it does."""

    code = "division_code_not_yet_in_force"
    sentence = "新的行政区划代码自 {since} 起使用，请在该日或之后变更。"


class DivisionCodeUndated(Invalid):
    """A code that replaces another holds from some day on."""

    code = "division_code_undated"
    sentence = "变更行政区划代码，请写明自何日起使用。"


class DivisionCodeOutOfOrder(Invalid):
    """A code cannot hold from before the one that it replaces."""

    code = "division_code_out_of_order"
    sentence = "新的行政区划代码的起用日期应晚于现行代码的起用日期（{since}）。"


class TenantUnchanged(Invalid):
    """All of it is as it was."""

    code = "tenant_unchanged"
    sentence = "没有任何变更。"


@dataclass(kw_only=True, slots=True)
class Tenant(Aggregate):
    """A city, county or zone. `tenant` equals `id`: it belongs to itself.

    `division_codes`: the present one is the last. `why` is what this version was made for.
    """

    parent_id: TenantId | None
    level: Level
    name: str
    settings: TenantSettings
    settings_version: int = 1
    division_codes: tuple[DatedDivisionCode, ...]
    why: str = ""

    @classmethod
    def onboard(cls, command: NewTenant, *, today: date) -> Tenant:
        """Raises TenantIdReserved, ClosesBeforeOpening, DivisionCodeNotYetInForce."""
        refuse_all(objections_to(command, today=today))
        tenant = cls(
            id=command.id,
            tenant=command.id,
            parent_id=command.parent_id,
            level=command.level,
            name=command.name,
            settings=command.settings,
            division_codes=(DatedDivisionCode(code=command.division_code, since=command.division_code_since),),
        )
        tenant.record(
            TenantOnboarded(
                id=command.id,
                parent_id=command.parent_id,
                level=command.level,
                division_code=command.division_code,
                division_code_since=command.division_code_since,
                name=command.name,
                settings=command.settings,
                settings_version=1,
            )
        )
        return tenant

    def change(self, command: ChangeTenant, *, today: date, parents: Sequence[TenantId]) -> None:
        """Be all that the command says from now on. `parents` is the lineage of the new parent, itself first.

        Raises everything at once that stands against it; then nothing has changed.
        """
        code = self._code_of(command)
        refuse_all(self._objections(command, code, today, parents))
        self.parent_id, self.name, self.settings = command.parent_id, command.name, command.settings
        self.settings_version, self.why = self.settings_version + 1, command.why
        if code != self.division_codes[-1]:
            self.division_codes = (*self.division_codes, code)
        self.record(
            TenantChanged(
                id=self.id,
                parent_id=self.parent_id,
                level=self.level,
                division_code=code.code,
                division_code_since=code.since,
                name=self.name,
                settings=self.settings,
                settings_version=self.settings_version,
                why=command.why,
            )
        )

    def view(self) -> TenantView:
        return TenantView(
            id=self.id,
            parent_id=self.parent_id,
            level=self.level,
            division_code=self.division_codes[-1].code,
            division_codes=self.division_codes,
            name=self.name,
            settings=self.settings,
            version=self.version,
        )

    def _code_of(self, command: ChangeTenant) -> DatedDivisionCode:
        known = self.division_codes[-1]
        if command.division_code == known.code:
            return known
        return DatedDivisionCode(code=command.division_code, since=command.division_code_since)

    def _objections(
        self, command: ChangeTenant, code: DatedDivisionCode, today: date, parents: Sequence[TenantId]
    ) -> list[Refused]:
        found: list[Refused] = [*_bad_hours(command.settings)]
        if command.parent_id is not None and not parents:
            found.append(ParentUnknown(field="parent_id"))
        if self.id in parents:
            found.append(ParentBelow(field="parent_id"))
        if command.settings.receipt_prefix != self.settings.receipt_prefix:
            found.append(ReceiptPrefixFixed(field="settings.receipt_prefix"))
        known = self.division_codes[-1]
        if code != known:
            found += _bad_succession(code, known, today)
        now = (self.parent_id, self.name, self.settings, known)
        if now == (command.parent_id, command.name, command.settings, code):
            found.append(TenantUnchanged())
        return found


def objections_to(said: NewTenant, *, today: date) -> list[Refused]:
    """What stands against the tenant in what is said of it, whatever else there is."""
    reserved = [TenantIdReserved(field="id", id=said.id)] if said.id in RESERVED else []
    return [*reserved, *_bad_hours(said.settings), *_bad_start(said.division_code_since, today)]


def refuse_all(found: Sequence[Refused]) -> None:
    """Raise all of these as one refusal, which is called as the first; none: nothing happens."""
    if found:
        first = found[0]
        first.reasons = tuple(reason for refusal in found for reason in refusal.reasons)
        raise first


def _bad_hours(settings: TenantSettings) -> list[Refused]:
    opening, closing = settings.opening_time, settings.closing_time
    if opening < closing:
        return []
    return [ClosesBeforeOpening(field="settings.closing_time", opening=opening, closing=closing)]


def _bad_start(since: date | None, today: date) -> list[Refused]:
    if since is None or since <= today:
        return []
    return [DivisionCodeNotYetInForce(field="division_code_since", since=since)]


def _bad_succession(code: DatedDivisionCode, known: DatedDivisionCode, today: date) -> list[Refused]:
    if code.since is None:
        return [DivisionCodeUndated(field="division_code_since")]
    if known.since is not None and code.since <= known.since:
        return [DivisionCodeOutOfOrder(field="division_code_since", since=known.since)]
    return _bad_start(code.since, today)
