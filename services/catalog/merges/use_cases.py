"""Merging two dossiers of one enterprise: proposed, confirmed with all that moves, declined."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.merges import ConfirmMerge, DeclineMerge, MergeView, ProposeMerge
from services.catalog.enterprises.counting import counting
from services.catalog.enterprises.store import Enterprises
from services.catalog.materials.store import Materials
from services.catalog.merges.domain import Merge
from services.catalog.merges.store import Merges


def propose_merge(cmd: ProposeMerge, uow: UnitOfWork) -> MergeView:
    """Say that two dossiers are of one enterprise; nothing changes until a second person confirms."""
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
    dossiers = enterprises.get_many([merge.absorbed_id, merge.surviving_id])
    merge.confirm(dossiers, by=uow.actor, at=uow.now)
    absorbed, surviving = dossiers[merge.absorbed_id], dossiers[merge.surviving_id]
    surviving.take_over(
        tuple(each for each in enterprises.told(absorbed.id) if each.withdrawn_by is None),
        moved_from=absorbed.id,
        standing=counting(enterprises.told(surviving.id)).values(),
    )
    moved = materials.of_enterprise(absorbed.id)
    for material in moved:
        material.move_to(surviving.id)
    enterprises.save_many([absorbed, surviving])
    materials.save_many(moved)
    merges.save(merge)
    return merge.view()


def decline_merge(cmd: DeclineMerge, uow: UnitOfWork) -> MergeView:
    """Somebody says no; both dossiers stay as they are."""
    merges = uow.of(Merges)
    merge = merges.get(cmd.merge_id)
    merge.decline(by=uow.actor, at=uow.now, why=cmd.reason)
    merges.save(merge)
    return merge.view()
