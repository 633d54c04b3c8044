"""Whom an item reaches and what it would cost: for those who write and run it."""

from __future__ import annotations

from typing import Any

from chassis.read.paging import CursorInvalid, cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.entitlements import (
    GetItemReach,
    ItemEnterprisesPage,
    ItemPreview,
    ItemReach,
    ListItemEnterprises,
    ListMatches,
    MatchedChunk,
    MatchPage,
    PreviewItem,
    ReachedEnterprise,
)
from contracts.message import Actor
from contracts.refusal import Reason
from contracts.typed import is_digits
from rules import check_publication
from services.catalog.matching.domain import PreviewRefused, ReachNotYours
from services.catalog.matching.views import Asks
from services.catalog.policies.domain import ItemUnknown

REACHED = (
    "SELECT e.* FROM unnest(CAST(:ids AS text[])) AS wanted CROSS JOIN LATERAL (SELECT id AS enterprise_id, uscc, name,"
    " industry FROM enterprise WHERE tenant = :tenant AND id BETWEEN wanted AND wanted ORDER BY id LIMIT 1) AS e"
    " ORDER BY e.enterprise_id"
)
"""One by one from the primary key, for the reason that IDS_OF_CREDIT_CODES gives."""
CHUNKS = (
    "SELECT id AS chunk_id, number, item_id, item_version, item_title, year, enterprise_ids, matched_at"
    " FROM match_chunk WHERE tenant = :tenant AND number > :number ORDER BY number LIMIT :limit"
)


def get_item_reach(query: GetItemReach, reader: Reader, matching: Asks) -> ItemReach:
    """Counts over the tenant's own enterprises. Raises ReachNotYours, ItemUnknown or MatchingWarmingUp."""
    _refuse_enterprises(reader.actor)
    answer = _of_item(matching.ask(ask="reach", tenant=reader.tenant, item=query.item_id))
    return ItemReach(item_id=query.item_id, item_version=answer["version"], **answer)


def list_item_enterprises(query: ListItemEnterprises, reader: Reader, matching: Asks) -> ItemEnterprisesPage:
    """One page of them, by id. Raises ReachNotYours, ItemUnknown, CursorInvalid or MatchingWarmingUp."""
    _refuse_enterprises(reader.actor)
    after = decode_cursor(query.cursor, str)
    answer = _of_item(
        matching.ask(
            ask="enterprises",
            tenant=reader.tenant,
            item=query.item_id,
            state=query.state.value,
            after=after[0] if after else None,
            limit=query.limit,
        )
    )
    ids = answer["ids"][: query.limit]
    # The rows come from the table, under its row security: the process names ids and nothing else.
    rows = reader.execute(REACHED, {"tenant": reader.tenant, "ids": ids}).mappings()
    return ItemEnterprisesPage(
        item_id=query.item_id,
        item_version=answer["version"],
        items=tuple(ReachedEnterprise.model_validate(dict(row)) for row in rows),
        next_cursor=encode_cursor(ids[-1]) if len(answer["ids"]) > query.limit else None,
        matched_at=answer["matched_at"],
    )


def preview_item(query: PreviewItem, reader: Reader, matching: Asks) -> ItemPreview:
    """The reach and the cost of a draft. Raises ReachNotYours, MatchingWarmingUp, or PreviewRefused with every
    reason why its rules cannot be evaluated.
    """
    _refuse_enterprises(reader.actor)
    reasons = [
        Reason(code=problem.code, message=problem.text_zh, field=f"content{problem.where.replace('/', '.')}")
        for problem in check_publication(query.content)
        if problem.where.startswith("/rules")
    ]
    if reasons:
        raise PreviewRefused(*reasons)
    rules = query.content.rules.model_dump(mode="json")
    return ItemPreview.model_validate(dict(matching.ask(ask="preview", tenant=reader.tenant, rules=rules)))


def _number(said: str) -> int:
    if not is_digits(said, 18):
        raise CursorInvalid()
    return int(said)


def list_matches(query: ListMatches, reader: Reader) -> MatchPage:
    """The tenant's chunks after the cursor, oldest first. Raises ReachNotYours or CursorInvalid."""
    _refuse_enterprises(reader.actor)
    after = decode_cursor(query.cursor, str)
    number = _number(after[0]) if after else 0
    given = {"tenant": reader.tenant, "number": number, "limit": query.limit + 1}
    rows, _more = cut_page(reader.execute(CHUNKS, given).mappings().all(), query.limit)
    last = rows[-1]["number"] if rows else number
    return MatchPage(
        items=tuple(MatchedChunk.model_validate(dict(row)) for row in rows),
        next_cursor=encode_cursor(str(last)) if last else None,
    )


def _of_item(answer: Any) -> dict[str, Any]:
    if "unknown" in answer:
        raise ItemUnknown()
    return dict(answer)


def _refuse_enterprises(actor: Actor) -> None:
    if actor.enterprise_id is not None:
        raise ReachNotYours()
