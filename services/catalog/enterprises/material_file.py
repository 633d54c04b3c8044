"""The firm's materials: kept, renewed, withdrawn, listed, and those that run out soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Date, DateTime, MetaData, RowMapping, Table, Text

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.materials import (
    KeepMaterial,
    ListExpiringMaterials,
    ListMaterials,
    MaterialList,
    MaterialPage,
    MaterialView,
    WithdrawMaterial,
)
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.materials import Material, MaterialUnknown
from services.catalog.enterprises.store import Enterprises

METADATA = MetaData()

MATERIAL = Table(
    "material",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text),
    Column("issuer", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("kept_by", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Column("replaced_by", Text),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_why", Text),
    Column("moved_from", Text),
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in MATERIAL.columns if column.name not in FRAME)


class Materials(AggregateStore[Material]):
    """Materials of the firms of this place."""

    table = MATERIAL
    aggregate_type = "material"
    missing = MaterialUnknown

    def of_enterprise(self, enterprise_id: str) -> list[Material]:
        """All materials in a firm's file, locked."""
        columns = self.table.c
        return self.where(columns.tenant == self._uow.tenant, columns.enterprise_id == enterprise_id)

    def to_row(self, aggregate: Material) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> Material:
        return Material(**dict(row))


def keep_material(cmd: KeepMaterial, uow: UnitOfWork) -> MaterialView:
    """Put a material into the file; the one that it renews counts no more."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    uow.of(Enterprises).get(cmd.enterprise_id).refuse_merged()
    materials = uow.of(Materials)
    replaced = materials.get(cmd.replaces) if cmd.replaces is not None else None
    material = Material(
        id=uow.new_id(),
        tenant=uow.tenant,
        enterprise_id=cmd.enterprise_id,
        kind=cmd.kind,
        name=cmd.name,
        number=cmd.number,
        issuer=cmd.issuer,
        sha256=cmd.sha256,
        valid_from=cmd.valid_from,
        valid_until=cmd.valid_until,
        kept_by=uow.actor.id,
        kept_at=uow.now,
    )
    today = uow.now.astimezone(CHINA).date()
    material.check(by=uow.actor, today=today, replaces=replaced)
    if replaced is not None:
        replaced.be_replaced(material.id)
        materials.save(replaced)
    materials.save(material)
    return material.view(today)


def withdraw_material(cmd: WithdrawMaterial, uow: UnitOfWork) -> MaterialView:
    """A material that should not be there is taken back; the paper itself stays where uploads are."""
    materials = uow.of(Materials)
    material = materials.get(cmd.material_id)
    material.withdraw(by=uow.actor, at=uow.now, why=cmd.reason)
    materials.save(material)
    return material.view(uow.now.astimezone(CHINA).date())


def list_materials(query: ListMaterials, reader: Reader) -> MaterialList:
    """All materials of a firm, the newest first. Raises EnterpriseNotYours."""
    refuse_stranger(reader.actor, query.enterprise_id)
    today = reader.now.astimezone(CHINA).date()
    rows = reader.execute(
        "SELECT * FROM material WHERE tenant = :tenant AND enterprise_id = :id ORDER BY material.id DESC",
        {"tenant": reader.tenant, "id": query.enterprise_id},
    )
    return MaterialList(items=tuple(Material(**dict(row)).view(today) for row in rows.mappings()))


def list_expiring_materials(query: ListExpiringMaterials, reader: Reader) -> MaterialPage:
    """What of this place's firms runs out within so many days, the soonest first. Raises CursorInvalid."""
    today = reader.now.astimezone(CHINA).date()
    after = decode_cursor(query.cursor, 2)
    found = reader.execute(
        "SELECT * FROM material WHERE tenant = :tenant AND replaced_by IS NULL AND withdrawn_by IS NULL"
        " AND valid_until BETWEEN :today AND :last"
        " AND (CAST(:day AS date) IS NULL OR (valid_until, id) > (CAST(:day AS date), :id))"
        " ORDER BY valid_until, id LIMIT :limit",
        {
            "tenant": reader.tenant,
            "today": today,
            "last": today + timedelta(days=query.within_days),
            "day": after[0] if after else None,
            "id": after[1] if after else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(Material(**dict(row)).view(today) for row in rows)
    cursor = encode_cursor(items[-1].valid_until, items[-1].ref.material_id) if more else None
    return MaterialPage(items=items, next_cursor=cursor)
