"""For policy authors and whoever runs the platform: words that mean the same in search."""

from __future__ import annotations

from starlette.responses import Response

from contracts.synonyms import GetSynonyms, ListSynonymVersions, ReplaceSynonyms
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("同义词 synonyms")


@routes.ask("/synonyms", GetSynonyms)
async def get_synonyms(door: Door, query: GetSynonyms) -> Response:
    """What counts in the searches of a place: its own list, those above it, the national one (同义词表)."""
    return await door.ask(query)


@routes.ask("/synonyms/versions", ListSynonymVersions)
async def list_synonym_versions(door: Door, query: ListSynonymVersions) -> Response:
    """All versions of the place's own list, the newest first (同义词表的历次版本)."""
    return await door.ask(query)


@routes.order("/synonyms", ReplaceSynonyms, versioned=True)
async def replace_synonyms(door: Door, command: ReplaceSynonyms) -> Response:
    """The place's list is this from now on, whole. If-Match: the version that was read, 0 for the first (修改同义词表)."""
    return await door.order(command)
