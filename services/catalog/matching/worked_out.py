"""One item's answer on one enterprise's dossier as it stands now, with all that it was worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.enterprises import EnterpriseView
from contracts.item import PolicyItemContent
from contracts.message import Id, TenantId
from contracts.policies import ItemState
from contracts.rule import Assessment, Fact, FactSheet, ParameterValue, absolute_period
from rules import assess
from rules.facts import FactReader
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
VERSION = "SELECT content FROM policy_item_version WHERE item_id = :id AND item_version = :version"


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """`state`: on offer, or suspended. `sheet` holds the dossier's facts in the item's reference year, and what was declared beside them;
    `assessment` is before caps over earlier awards. `newest_version` is the one on offer."""

    item_id: Id
    item_version: int
    newest_version: int
    state: ItemState
    content: PolicyItemContent
    dossier: EnterpriseView
    sheet: FactSheet
    assessment: Assessment
    today: date


def work_out(
    item_id: Id, enterprise_id: Id, reader: Reader, *, version: int | None = None, declared: Sequence[Fact] = ()
) -> WorkedOut:
    """`version`: an earlier one than that on offer. `declared` counts where the dossier says nothing.

    Raises ItemUnknown (also for an item that is not on offer to this tenant's enterprises, or has no such version) or
    EnterpriseUnknown.
    """
    item = reader.execute(ONE, {"ids": [item_id], "tenant": reader.tenant}).first()
    if item is None:
        raise ItemUnknown()
    dossier = dossier_of(enterprise_id, reader)
    today = reader.now.astimezone(CHINA).date()
    newest: int = item.item_version
    content = PolicyItemContent.model_validate(
        item.content if version in (None, newest) else _content_of(item_id, version, reader)
    )
    figures = figures_of([content], reader).get(item.tenant, ())
    year = content.rules.reference_year or today.year
    sheet = FactSheet(facts=dossier.facts, reference_year=year, parameters=figures)
    if declared:
        sheet = sheet.model_copy(update={"facts": (*dossier.facts, *_unknown(declared, sheet, content, today))})
    assessment = assess(content.rules, sheet, today)
    used = newest if version is None else version
    return WorkedOut(item.id, used, newest, item.state, content, dossier, sheet, assessment, today)


def _content_of(item_id: Id, version: int | None, reader: Reader) -> Any:
    row = reader.execute(VERSION, {"id": item_id, "version": version}).first()
    if row is None:
        raise ItemUnknown()
    return row.content


def _unknown(declared: Sequence[Fact], dossier: FactSheet, content: PolicyItemContent, today: date) -> Iterator[Fact]:
    """Those of the form's fields that the dossier has no word for: what it says stands."""
    known = FactReader(dossier, today, content.rules.fact_types_by_name)
    year = dossier.reference_year
    asked = {(field.fact, absolute_period(field.period, year)) for field in content.rules.plan.form_fields}
    for fact in declared:
        if (fact.name, fact.period) in asked and not isinstance(known.read(fact.name, fact.period), Fact):
            yield fact


def figures_of(contents: Iterable[PolicyItemContent], reader: Reader) -> Mapping[TenantId, tuple[ParameterValue, ...]]:
    """The outside figures that these items rest on, by whose items; nothing is read if they rest on none."""
    names = {name for content in contents for name in content.rules.parameters_by_name}
    return figures_by_place(reader, reader.tenant, names) if names else {}
