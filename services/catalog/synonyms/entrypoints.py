"""Words that mean the same, on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.synonyms import (
    GetSynonyms,
    ListSynonymVersions,
    ReplaceSynonyms,
    SynonymListView,
    SynonymsView,
    SynonymVersionPage,
)
from services.catalog.synonyms import use_cases, views


class SynonymEntrypoints(Room):
    """Lists of places, replaced and read."""

    @command
    def replace_synonyms(self, cmd: ReplaceSynonyms, uow: UnitOfWork) -> SynonymListView:
        return use_cases.replace_synonyms(cmd, uow)

    @query
    def get_synonyms(self, query: GetSynonyms, reader: Reader) -> SynonymsView:
        return views.get_synonyms(query, reader)

    @query
    def list_synonym_versions(self, query: ListSynonymVersions, reader: Reader) -> SynonymVersionPage:
        return views.list_synonym_versions(query, reader)
