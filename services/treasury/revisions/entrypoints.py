"""Recoveries on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, query
from chassis.read.reader import Reader
from contracts.recoveries import ListRecoveries, RecoveryPage
from services.treasury.revisions import views


class RecoveryEntrypoints(Room):
    """What was paid and has to come back."""

    @query
    def list_recoveries(self, query: ListRecoveries, reader: Reader) -> RecoveryPage:
        return views.list_recoveries(query, reader)
