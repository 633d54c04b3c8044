"""What an enterprise is entitled to, answered from its file and the item."""

from __future__ import annotations

from chassis.clock import CHINA
from chassis.reader import Reader
from contracts.entitlements import CheckEntitlement, EntitlementView
from contracts.item import PolicyItemContent
from contracts.rule import FactSheet
from rules import assess
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.views import file_of
from services.catalog.policies.domain import ItemUnknown
from services.catalog.policies.views import LINEAGE


def check_entitlement(query: CheckEntitlement, reader: Reader) -> EntitlementView:
    """The item's answer on the firm's file as it stands, before caps that need earlier awards.

    Raises EnterpriseNotYours, ItemUnknown (also for an item that is not on offer to this tenant's firms) or
    EnterpriseUnknown.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    item = reader.execute(
        f"{LINEAGE} SELECT p.id, p.item_version, p.content FROM policy_item p"
        " WHERE p.id = :id AND p.tenant IN (SELECT id FROM lineage)",
        {"id": query.item_id, "tenant": reader.tenant},
    ).first()
    if item is None:
        raise ItemUnknown()
    enterprise = file_of(query.enterprise_id, reader)
    today = reader.now.astimezone(CHINA).date()
    content = PolicyItemContent.model_validate(item.content)
    found = assess(content.rules, FactSheet(facts=enterprise.facts, reference_year=today.year), today)
    return EntitlementView(
        item_id=item.id,
        item_version=item.item_version,
        enterprise_id=enterprise.enterprise_id,
        verdict=found.verdict,
        amount=found.amount,
        checked_at=reader.now,
    )
