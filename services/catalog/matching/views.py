"""What an enterprise is entitled to: which items, by the matching process; why and how much, by the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from chassis.read.paging import decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.enterprises import FactKey
from contracts.entitlements import (
    CheckEntitlement,
    EntitlementPage,
    EntitlementView,
    ListedEntitlement,
    ListEntitlements,
)
from contracts.item import PolicyItemContent
from contracts.rule import FactSheet, absolute_period
from rules import assess
from services.catalog.enterprises.domain import EnterpriseUnknown, refuse_stranger
from services.catalog.enterprises.shown_facts import shown_facts
from services.catalog.enterprises.views import dossier_of
from services.catalog.matching.worked_out import OFFERED, figures_of, work_out


class Asks(Protocol):
    """The matching process, as those see it who ask: see `services.catalog.matching.desk`."""

    def ask(self, **question: Any) -> Mapping[str, Any]: ...


def check_entitlement(query: CheckEntitlement, reader: Reader) -> EntitlementView:
    """The item's answer on the enterprise's dossier as it stands, before caps that need earlier awards.

    Raises EnterpriseNotYours, ItemUnknown (also for an item that is not on offer to this tenant's enterprises) or
    EnterpriseUnknown.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    found = work_out(query.item_id, query.enterprise_id, reader)
    rules = found.content.rules
    return EntitlementView(
        item_id=found.item_id,
        item_version=found.item_version,
        item_state=found.state,
        enterprise_id=found.dossier.enterprise_id,
        verdict=found.assessment.verdict,
        amount=found.assessment.amount,
        headline=found.assessment.headline,
        checked_at=reader.now,
        evidence=shown_facts(found.sheet, rules.fact_types_by_name, found.today),
        declarable=tuple(
            FactKey(name=each.fact, period=absolute_period(each.period, found.sheet.reference_year))
            for each in rules.plan.form_fields
        ),
    )


def list_entitlements(query: ListEntitlements, reader: Reader, matching: Asks) -> EntitlementPage:
    """One page of what stands so for the enterprise, worked out on its dossier as it is now.

    An item whose answer changed since the process looked is left out of the page: the next look has it.
    Raises EnterpriseNotYours, EnterpriseUnknown, CursorInvalid or MatchingWarmingUp.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    after = decode_cursor(query.cursor, str)
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
    figures = figures_of(contents, reader)
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
                    headline=found.headline,
                )
            )
    return tuple(listed)
