"""Merging two files of one enterprise: proposed, confirmed with all that moves, declined, listed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.merges import ConfirmMerge, DeclineMerge, ListMerges, MergePage, MergeView, ProposeMerge
from services.catalog.enterprises.material_file import Materials
from services.catalog.enterprises.merges import Merge, MergeProposedAlready, MergeUnknown
from services.catalog.enterprises.store import Enterprises

METADATA = MetaData()

ENTERPRISE_MERGE = Table(
    "enterprise_merge",
    METADATA,
    *aggregate_columns(),
    Column("absorbed_id", Text, nullable=False),
    Column("surviving_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("answer", Text),
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in ENTERPRISE_MERGE.columns if column.name not in FRAME)


class Merges(AggregateStore[Merge]):
    """Proposals to merge files of this place, and what became of them."""

    table = ENTERPRISE_MERGE
    aggregate_type = "enterprise_merge"
    missing = MergeUnknown
    refusals = {"enterprise_merge_proposed_once": MergeProposedAlready}

    def to_row(self, aggregate: Merge) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> Merge:
        return Merge(**dict(row))


def propose_merge(cmd: ProposeMerge, uow: UnitOfWork) -> MergeView:
    """Say that two files are of one enterprise; nothing changes until a second person confirms."""
    merge = Merge(
        id=uow.new_id(),
        tenant=uow.tenant,
        absorbed_id=cmd.absorbed_id,
        surviving_id=cmd.surviving_id,
        reason=cmd.reason,
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    merge.check(uow.of(Enterprises).get_many([cmd.absorbed_id, cmd.surviving_id]), by=uow.actor)
    uow.of(Merges).save(merge)
    return merge.view()


def confirm_merge(cmd: ConfirmMerge, uow: UnitOfWork) -> MergeView:
    """A second person agrees: facts that were not withdrawn and materials move, with their sources and dates."""
    merges, enterprises, materials = uow.of(Merges), uow.of(Enterprises), uow.of(Materials)
    merge = merges.get(cmd.merge_id, expected_version=cmd.expected_version)
    files = enterprises.get_many([merge.absorbed_id, merge.surviving_id])
    merge.confirm(files, by=uow.actor, at=uow.now)
    absorbed, surviving = files[merge.absorbed_id], files[merge.surviving_id]
    surviving.take_over(
        tuple(enterprises.standing_facts(absorbed.id)),
        moved_from=absorbed.id,
        standing=enterprises.current_facts(surviving.id),
    )
    moved = materials.of_enterprise(absorbed.id)
    for material in moved:
        material.move_to(surviving.id)
    enterprises.save_many([absorbed, surviving])
    materials.save_many(moved)
    merges.save(merge)
    return merge.view()


def decline_merge(cmd: DeclineMerge, uow: UnitOfWork) -> MergeView:
    """Somebody says no; both files stay as they are."""
    merges = uow.of(Merges)
    merge = merges.get(cmd.merge_id)
    merge.decline(by=uow.actor, at=uow.now, why=cmd.reason)
    merges.save(merge)
    return merge.view()


def list_merges(query: ListMerges, reader: Reader) -> MergePage:
    """The merges of this place, the newest first. Raises CursorInvalid."""
    before = decode_cursor(query.cursor, 1)
    found = reader.execute(
        "SELECT * FROM enterprise_merge WHERE tenant = :tenant AND (CAST(:state AS text) IS NULL OR state = :state)"
        " AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
        {
            "tenant": reader.tenant,
            "state": query.state,
            "before": str(before[0]) if before else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(Merge(**dict(row)).view() for row in rows)
    return MergePage(items=items, next_cursor=encode_cursor(items[-1].merge_id) if more else None)
