"""One item's answer on one enterprise's dossier as it stands now, with all that it was worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.enterprises import EnterpriseView
from contracts.item import PolicyItemContent
from contracts.message import Id, TenantId
from contracts.policies import ItemState
from contracts.rule import Assessment, FactSheet, ParameterValue
from rules import assess
from services.catalog.enterprises.views import dossier_of
from services.catalog.outside_figures.store import figures_by_place
from services.catalog.policies.domain import ItemUnknown
from services.catalog.policies.views import LINEAGE

OFFERED = (
    f"{LINEAGE} SELECT p.id, p.tenant, p.item_version, p.state, p.content FROM policy_item p"
    " WHERE p.id = ANY (CAST(:ids AS text[])) AND p.state = 'published'"
    " AND p.tenant IN (SELECT id FROM lineage) ORDER BY p.id"
)
ONE = OFFERED.replace("p.state = 'published'", "p.state IN ('published', 'suspended')")
"""What is suspended is still there, and is shown as that; what has ended is not on offer any more."""


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """`state`: on offer, or suspended. `sheet` holds the dossier's facts in the item's reference year; `assessment` is before caps over earlier awards."""

    item_id: Id
    item_version: int
    state: ItemState
    content: PolicyItemContent
    dossier: EnterpriseView
    sheet: FactSheet
    assessment: Assessment
    today: date


def work_out(item_id: Id, enterprise_id: Id, reader: Reader) -> WorkedOut:
    """Raises ItemUnknown (also for an item that is not on offer to this tenant's enterprises) or EnterpriseUnknown."""
    item = reader.execute(ONE, {"ids": [item_id], "tenant": reader.tenant}).first()
    if item is None:
        raise ItemUnknown()
    dossier = dossier_of(enterprise_id, reader)
    today = reader.now.astimezone(CHINA).date()
    content = PolicyItemContent.model_validate(item.content)
    figures = figures_of([content], reader).get(item.tenant, ())
    year = content.rules.reference_year or today.year
    sheet = FactSheet(facts=dossier.facts, reference_year=year, parameters=figures)
    assessment = assess(content.rules, sheet, today)
    return WorkedOut(item.id, item.item_version, item.state, content, dossier, sheet, assessment, today)


def figures_of(contents: Iterable[PolicyItemContent], reader: Reader) -> Mapping[TenantId, tuple[ParameterValue, ...]]:
    """The outside figures that these items rest on, by whose items; nothing is read if they rest on none."""
    names = {name for content in contents for name in content.rules.parameters_by_name}
    return figures_by_place(reader, reader.tenant, names) if names else {}
