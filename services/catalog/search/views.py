"""What the catalogue answers when somebody looks for something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.message import TenantId
from contracts.search import FoundPolicies, PolicyHit, SearchPolicies, SearchRequest
from services.catalog.policies.views import LINEAGE
from services.catalog.search.choice import Choice
from services.catalog.search.domain import QuerySaysNothing, window_on
from services.catalog.search.finding import hits_of
from services.catalog.search.highlights import Marker, guide_texts
from services.catalog.search.position import BY_DATE, Position
from services.catalog.search.shelf import Mask, Offers, Shelf
from services.catalog.search_index.lexemes import Wanted, wanted
from services.catalog.search_index.synonyms import Synonyms, national
from services.catalog.synonyms.store import synonyms_in

SHOWN = (
    "SELECT d.number, d.item_id, d.tenant, d.item_version AS version, d.max_amount_fen, d.opens, d.closes, d.shown,"
    " p.content -> 'guide' AS guide FROM search_document d JOIN policy_item p ON p.id = d.item_id"
    " WHERE d.number = ANY (:numbers)"
)


MET = "SELECT number FROM search_document WHERE item_id = ANY (:ids)"


def search_policies(query: SearchPolicies, reader: Reader, shelf: Shelf) -> FoundPolicies:
    """Items on offer, the best first. Raises QuerySaysNothing and CursorInvalid."""
    return found_policies(query, reader, shelf, None)


def found_policies(query: SearchRequest, reader: Reader, shelf: Shelf, met: Sequence[str] | None) -> FoundPolicies:
    """What both are answered with; `met` are the items that the asker is entitled to, if that is known."""
    now = reader.now.astimezone(CHINA).date()
    after = Position.of(query.cursor, now) if query.cursor is not None else None
    today = after.today if after else now
    lineage = _lineage(query, reader)
    synonyms = synonyms_in(lineage or (), reader) if query.q.strip() else national()
    sought = _sought(query.q, synonyms)
    offers = shelf.offers(reader)
    masks = _scope(lineage, offers), _fitting(met, reader, offers)
    way, hits = hits_of(sought, after, offers, masks, today, reader)
    choice = Choice(query, offers, hits.mask(), today)
    page, more = hits.page(choice.mask, query.limit, (after.rank, after.number) if after else None)
    counted = query.facets and after is None
    return FoundPolicies(
        items=_shown([number for _rank, number in page], Marker(query.q, synonyms), today, met, reader),
        next_cursor=Position(way, today, *page[-1]).cursor if more else None,
        matched=None if way == BY_DATE else way,
        total=int(np.count_nonzero(choice.mask)) if counted else None,
        facets=choice.facets() if counted else (),
    )


def _sought(text: str, synonyms: Synonyms) -> Wanted | None:
    """What the text asks for; None for an empty one."""
    if not text.strip():
        return None
    sought = wanted(text, synonyms)
    if sought is None:
        raise QuerySaysNothing(field="q")
    return sought


def _lineage(query: SearchRequest, reader: Reader) -> tuple[TenantId, ...] | None:
    """The tenant that is asked about and the levels above it, the highest first; None for all places."""
    if query.tenant is None:
        return None
    above = reader.execute(f"{LINEAGE} SELECT id FROM lineage ORDER BY depth DESC", {"tenant": query.tenant})
    return tuple(above.scalars())


def _scope(lineage: tuple[TenantId, ...] | None, offers: Offers) -> Mask:
    """The tenant's own items and those of the levels above it."""
    return offers.everything if lineage is None else offers.values["tenant"].having(lineage, len(offers))


def _fitting(met: Sequence[str] | None, reader: Reader, offers: Offers) -> Mask:
    """The items that the asker is entitled to."""
    if not met:
        return offers.nothing
    numbers = np.array(reader.execute(MET, {"ids": list(met)}).scalars().all(), np.int64)
    mask = offers.nothing.copy()
    mask[offers.places(numbers)[0]] = True
    return mask


def _shown(
    numbers: list[int], marker: Marker, today: date, met: Sequence[str] | None, reader: Reader
) -> tuple[PolicyHit, ...]:
    """What a list shows of these items, in their order."""
    if not numbers:
        return ()
    rows = {row.number: row for row in reader.execute(SHOWN, {"numbers": numbers})}
    entitled = frozenset(met or ())
    return tuple(
        PolicyHit(
            item_id=row.item_id,
            tenant=row.tenant,
            version=row.version,
            max_amount_fen=row.max_amount_fen,
            opens=row.opens,
            closes=row.closes,
            window=window_on(today, row.opens, row.closes),
            entitled=None if met is None else row.item_id in entitled,
            snippet=marker.snippet(guide_texts(row.shown["summary"], row.guide)),
            **{**row.shown, "title": marker.segments(row.shown["title"])},
        )
        for number in numbers
        if (row := rows.get(number)) is not None
    )
