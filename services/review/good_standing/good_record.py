"""Whether firms are in good standing, by the records of all tenants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Row

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.integrity_records import OwnRecord

OF_CODES = "SELECT uscc, ground, gravity, from_day, until_day, state FROM dishonesty_of(CAST(:codes AS text[]))"

UNDER_A_CLOUD = frozenset({"general", "serious"})
"""Records of this gravity are published and count; what is minor is not held against a firm elsewhere."""


class KnownRecords:
    """The records of firms that the house has, of whatever tenant."""

    def __init__(self, database: UnitOfWork | Reader) -> None:
        self._database = database

    def of(self, codes: Collection[str], today: date) -> list[OwnRecord]:
        """All records of these codes, the oldest of each first, as they are on this day."""
        if not codes:
            return []
        rows = self._database.execute(OF_CODES, {"codes": sorted(set(codes))})
        return [_record(row, today) for row in rows]


def has_good_record(uow: UnitOfWork, usccs: Collection[str]) -> Mapping[str, bool]:
    """By code: whether no general or serious record of it is in force today, in whatever tenant it was made.

    One that is disputed counts until the objection is upheld. All codes of a person in law are for the caller to name.
    """
    asked = sorted(set(usccs))
    found = uow.of(KnownRecords).of(asked, uow.now.astimezone(CHINA).date())
    barred = {each.uscc for each in found if each.state == "in_force" and each.gravity in UNDER_A_CLOUD}
    return {code: code not in barred for code in asked}


def _record(row: Row[tuple[str, ...]], today: date) -> OwnRecord:
    said = row._mapping
    kept = "in_force" if said["state"] == "disputed" else said["state"]
    over = kept == "in_force" and today > said["until_day"]
    return OwnRecord(
        uscc=said["uscc"],
        ground=said["ground"],
        gravity=said["gravity"],
        from_day=said["from_day"],
        until_day=said["until_day"],
        state="ended" if over else kept,
        disputed=said["state"] == "disputed",
    )
