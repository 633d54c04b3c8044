"""What an enterprise is entitled to: which items, by the matching process; why and how much, by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from chassis.read.paging import decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.entitlements import (
    CheckEntitlement,
    EntitlementPage,
    EntitlementView,
    ListedEntitlement,
    ListEntitlements,
)
from contracts.item import PolicyItemContent
from contracts.message import TenantId
from contracts.rule import FactSheet, ParameterValue
from rules import assess
from services.catalog.enterprises.domain import EnterpriseUnknown, refuse_stranger
from services.catalog.enterprises.views import dossier_of
from services.catalog.outside_figures.store import figures_by_place
from services.catalog.policies.domain import ItemUnknown
from services.catalog.policies.views import LINEAGE

OFFERED = (
    f"{LINEAGE} SELECT p.id, p.tenant, p.item_version, p.content FROM policy_item p"
    " WHERE p.id = ANY (CAST(:ids AS text[])) AND p.state = 'published'"
    " AND p.tenant IN (SELECT id FROM lineage) ORDER BY p.id"
)


class Asks(Protocol):
    """The matching process, as those see it who ask: see `services.catalog.matching.desk`."""

    def ask(self, **question: Any) -> Mapping[str, Any]: ...


def check_entitlement(query: CheckEntitlement, reader: Reader) -> EntitlementView:
    """The item's answer on the enterprise's dossier as it stands, before caps that need earlier awards.

    Raises EnterpriseNotYours, ItemUnknown (also for an item that is not on offer to this tenant's enterprises) or
    EnterpriseUnknown.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    item = reader.execute(OFFERED, {"ids": [query.item_id], "tenant": reader.tenant}).first()
    if item is None:
        raise ItemUnknown()
    enterprise = dossier_of(query.enterprise_id, reader)
    today = reader.now.astimezone(CHINA).date()
    content = PolicyItemContent.model_validate(item.content)
    figures = _figures([content], reader).get(item.tenant, ())
    sheet = FactSheet(facts=enterprise.facts, reference_year=today.year, parameters=figures)
    found = assess(content.rules, sheet, today)
    return EntitlementView(
        item_id=item.id,
        item_version=item.item_version,
        enterprise_id=enterprise.enterprise_id,
        verdict=found.verdict,
        amount=found.amount,
        checked_at=reader.now,
    )


def list_entitlements(query: ListEntitlements, reader: Reader, matching: Asks) -> EntitlementPage:
    """One page of what stands so for the enterprise, worked out on its dossier as it is now.

    An item whose answer changed since the process looked is left out of the page: the next look has it.
    Raises EnterpriseNotYours, EnterpriseUnknown, CursorInvalid or MatchingWarmingUp.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    after = decode_cursor(query.cursor, 1)
    answer = matching.ask(
        ask="entitlements",
        tenant=reader.tenant,
        enterprise=query.enterprise_id,
        state=query.state.value,
        after=after[0] if after else None,
        limit=query.limit,
    )
    if "unknown" in answer:
        raise EnterpriseUnknown()
    ids = answer["ids"][: query.limit]
    return EntitlementPage(
        enterprise_id=query.enterprise_id,
        **answer["counts"],
        items=_worked_out(ids, query, reader),
        next_cursor=encode_cursor(ids[-1]) if len(answer["ids"]) > query.limit else None,
        matched_at=answer["matched_at"],
    )


def _worked_out(ids: list[str], query: ListEntitlements, reader: Reader) -> tuple[ListedEntitlement, ...]:
    today = reader.now.astimezone(CHINA).date()
    facts = dossier_of(query.enterprise_id, reader).facts
    rows = reader.execute(OFFERED, {"ids": ids, "tenant": reader.tenant}).all() if ids else []
    contents = [PolicyItemContent.model_validate(row.content) for row in rows]
    figures = _figures(contents, reader)
    listed = []
    for row, content in zip(rows, contents, strict=True):
        sheet = FactSheet(facts=facts, reference_year=today.year, parameters=figures.get(row.tenant, ()))
        found = assess(content.rules, sheet, today)
        if found.verdict.state is query.state:
            listed.append(
                ListedEntitlement(
                    item_id=row.id,
                    item_version=row.item_version,
                    tenant=row.tenant,
                    title=content.title,
                    department=content.rules.plan.department,
                    mode=content.rules.plan.mode,
                    sample=content.sample,
                    verdict=found.verdict,
                    amount=found.amount,
                )
            )
    return tuple(listed)


def _figures(contents: Iterable[PolicyItemContent], reader: Reader) -> Mapping[TenantId, tuple[ParameterValue, ...]]:
    """The outside figures that these items rest on, by whose items; nothing is read if they rest on none."""
    names = {name for content in contents for name in content.rules.parameters_by_name}
    return figures_by_place(reader, reader.tenant, names) if names else {}
