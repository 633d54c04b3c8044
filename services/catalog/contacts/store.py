"""The table of changes of contacts: only ever added to."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, insert

from chassis.write.uow import UnitOfWork
from contracts.enterprises import ContactChange
from services.catalog.enterprises.domain import Enterprise

METADATA = MetaData()

ENTERPRISE_CONTACT_CHANGE = Table(
    "enterprise_contact_change",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("enterprise_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("contact_name", Text),
    Column("contact_masked", Text, nullable=False),
    Column("former_sealed", Text),
    Column("former_masked", Text),
    Column("reason", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_name", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)


class ContactChanges:
    """Every change there ever was, with the number that it replaced: sealed, for whoever has to clear up a fraud."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, enterprise: Enterprise, change: ContactChange, former_sealed: str | None) -> None:
        """Keep what has just been changed by the dossier's newest version."""
        row = {
            "tenant": enterprise.tenant,
            "enterprise_id": enterprise.id,
            "version": enterprise.version,
            "former_sealed": former_sealed,
            **change.model_dump(),
        }
        self._uow.execute(insert(ENTERPRISE_CONTACT_CHANGE), row)
