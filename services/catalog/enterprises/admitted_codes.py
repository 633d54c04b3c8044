"""Codes that two persons have admitted although they fail their own check: only ever added to."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, Table, Text, insert

from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork

METADATA = MetaData()

ADMITTED_CREDIT_CODE = Table(
    "admitted_credit_code",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("uscc", Text, primary_key=True),
    Column("admission_id", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("admitted_by", Text, nullable=False),
    Column("admitted_at", DateTime(timezone=True), nullable=False),
)

HELD = "SELECT 1 FROM admitted_credit_code WHERE tenant = :tenant AND uscc = :uscc"
ALL = "SELECT uscc FROM admitted_credit_code WHERE tenant = :tenant"


class AdmittedCodes:
    """The codes that pass in this place because two persons have said so. Asked only about codes that do not fit."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def holds(self, uscc: str) -> bool:
        """Whether this code was admitted here."""
        return self._uow.execute(HELD, {"tenant": self._uow.tenant, "uscc": uscc}).first() is not None

    def add(self, uscc: str, admission_id: str, *, asked_by: str) -> None:
        """From now on the code passes; who admits it is the unit of work's actor."""
        row = {
            "tenant": self._uow.tenant,
            "uscc": uscc,
            "admission_id": admission_id,
            "asked_by": asked_by,
            "admitted_by": self._uow.actor.id,
            "admitted_at": self._uow.now,
        }
        self._uow.execute(insert(ADMITTED_CREDIT_CODE), row)


def is_admitted(uscc: str, reader: Reader) -> bool:
    """Whether this code was admitted in the reader's place."""
    return reader.execute(HELD, {"tenant": reader.tenant, "uscc": uscc}).first() is not None


def all_admitted(reader: Reader) -> frozenset[str]:
    """All of them, for whoever reads many lines: there are few."""
    return frozenset(uscc for (uscc,) in reader.execute(ALL, {"tenant": reader.tenant}))
