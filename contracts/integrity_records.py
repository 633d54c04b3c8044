"""Records of firms: what the firm itself reads of them, wherever they were made, and what the credit platform takes."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from contracts.integrity import FindingView, RecordState
from contracts.integrity_grounds import Gravity, GroundCode
from contracts.message import Id, Model, Page, PagedQuery, Query, ServiceName, TenantId


class OwnRecord(Model):
    """A record of the asking enterprise, of whatever tenant: what may be told across tenants."""

    uscc: str
    ground: GroundCode
    gravity: Gravity
    from_day: date
    until_day: date
    state: RecordState
    disputed: bool = False


class OwnRecords(Model):
    """`findings` are those of the asked tenant that the firm has been told of; `records` all that counts, wherever it was made."""

    findings: tuple[FindingView, ...] = ()
    records: tuple[OwnRecord, ...] = ()


class ListOwnRecords(Query[OwnRecords]):
    """What there is about the enterprise that asks: findings of the place that is asked, records of all places. `filed_in` is
    the enterprise's own place, which the door knows."""

    owner: ClassVar[ServiceName] = "review"

    enterprise_id: Id
    filed_in: TenantId | None = None


class FindingPlace(Model):
    """In which tenant a finding about the firm lies."""

    finding_id: Id
    tenant: TenantId


class OwnFindingPlaces(Model):
    items: tuple[FindingPlace, ...] = ()


class ListOwnFindingPlaces(Query[OwnFindingPlaces]):
    """Where the findings lie that the enterprise has been told of: an item of the city is the city's. Asked in its own place."""

    owner: ClassVar[ServiceName] = "review"

    enterprise_id: Id


# -- the credit platform ------------------------------------------------------------------------------------------


class RecordLine(Model):
    """One record as the credit platform takes it. `public`: whether it may be published; of natural persons the name is masked."""

    subject_name: str
    uscc: str
    natural_person: bool
    conduct: str
    basis: str
    number: str
    authority: str
    decided_on: date
    gravity: Gravity
    valid_until: date
    state: RecordState
    disputed: bool
    public: bool
    ended_on: date | None = None


class RecordLinePage(Page):
    items: tuple[RecordLine, ...] = ()


class ListRecordLines(PagedQuery[RecordLinePage]):
    """The tenant's records that were decided in these days, both included, in the order of their decisions."""

    owner: ClassVar[ServiceName] = "review"

    first_day: date
    last_day: date
