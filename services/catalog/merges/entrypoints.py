"""Merges of dossiers on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.merges import ConfirmMerge, DeclineMerge, ListMerges, MergePage, MergeView, ProposeMerge
from services.catalog.merges import use_cases, views


class MergeEntrypoints(Room):
    """Two dossiers of one enterprise become one."""

    @command
    def propose_merge(self, cmd: ProposeMerge, uow: UnitOfWork) -> MergeView:
        return use_cases.propose_merge(cmd, uow)

    @command
    def confirm_merge(self, cmd: ConfirmMerge, uow: UnitOfWork) -> MergeView:
        return use_cases.confirm_merge(cmd, uow)

    @command
    def decline_merge(self, cmd: DeclineMerge, uow: UnitOfWork) -> MergeView:
        return use_cases.decline_merge(cmd, uow)

    @query
    def list_merges(self, query: ListMerges, reader: Reader) -> MergePage:
        return views.list_merges(query, reader)
