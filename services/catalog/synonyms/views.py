"""What whoever keeps a place's list reads of it."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.identity import PLATFORM
from contracts.message import TenantId
from contracts.synonyms import GetSynonyms, ListSynonymVersions, SynonymListView, SynonymsView, SynonymVersionPage
from services.catalog.policies.views import LINEAGE
from services.catalog.search_index.synonyms import national_groups
from services.catalog.synonyms.domain import first_list
from services.catalog.synonyms.store import synonym_list

LISTS = (
    f"{LINEAGE} SELECT s.* FROM synonym_list s LEFT JOIN lineage l ON l.id = s.tenant"
    " WHERE s.tenant IN (SELECT id FROM lineage) OR s.tenant IN (:platform, :tenant) ORDER BY l.depth DESC NULLS FIRST"
)
VERSIONS = (
    "SELECT * FROM synonym_list_version WHERE tenant = :tenant AND version < :before ORDER BY version DESC LIMIT :limit"
)
NEWEST = 2**31 - 1


def get_synonyms(query: GetSynonyms, reader: Reader) -> SynonymsView:
    """The place's own list, and what counts beside it."""
    place = _place(query.tenant, reader)
    rows = reader.execute(LISTS, {"tenant": place, "platform": PLATFORM}).mappings()
    lists = [synonym_list(row, version=row["version"]).view() for row in rows]
    own = next((each for each in lists if each.tenant == place), first_list(place).view())
    return SynonymsView(
        own=own, above=tuple(each for each in lists if each.tenant != place), national=national_groups()
    )


def list_synonym_versions(query: ListSynonymVersions, reader: Reader) -> SynonymVersionPage:
    """One page, the newest first. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, int)
    asked = {
        "tenant": _place(query.tenant, reader),
        "before": after[0] if after else NEWEST,
        "limit": query.limit + 1,
    }
    rows, more = cut_page(reader.execute(VERSIONS, asked).mappings().all(), query.limit)
    items: tuple[SynonymListView, ...] = tuple(synonym_list(row, version=row["version"]).view() for row in rows)
    return SynonymVersionPage(items=items, next_cursor=encode_cursor(items[-1].version) if more else None)


def _place(named: TenantId | None, reader: Reader) -> TenantId:
    """The place that is asked about: the one that the question names, else the asker's own."""
    return named or reader.tenant or PLATFORM
