"""One item as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.item import GuideMaterial, PolicyItemContent
from contracts.message import Id
from contracts.policies import GetPolicy, PolicyItemView
from contracts.policy_guide import AmountExample, GetGuide, GuideView, NeededMaterial
from contracts.rule import Material
from rules.examples import example_of
from services.catalog.policies.views import get_policy
from services.catalog.search.domain import window_on
from services.catalog.search_index.ceiling import most_payable

MOST_KEPT = 4096
_EXAMPLES: dict[tuple[Id, int, int], AmountExample | None] = {}
"""By item, version and year: a version never changes."""


def get_guide(query: GetGuide, reader: Reader) -> GuideView:
    """The guide of one version, whoever asks. Raises ItemUnknown."""
    found = get_policy(GetPolicy(item_id=query.item_id, item_version=query.item_version), reader)
    content, plan = found.content, found.content.rules.plan
    most = most_payable(content.rules.amount, content.rules.rounding, content.rules.values_by_name)
    told = ("title", "summary", "issuer", "level", "theme", "benefit_kind", "document", "status", "sample")
    return GuideView(
        item_id=found.item_id,
        tenant=found.tenant,
        item_version=found.version,
        latest_version=found.latest_version or found.version,
        state=found.state,
        state_reason=found.state_reason,
        published_at=found.published_at,
        **{name: getattr(content, name) for name in told},
        sample_notes=content.sample_notes,
        mode=plan.mode,
        department=plan.department,
        guide=content.guide,
        materials=tuple(_materials(content)),
        sentences=found.sentences,
        max_amount_fen=most.fen if most else None,
        example=_example(found, reader.now.astimezone(CHINA).date()),
        opens=plan.window.opens,
        closes=plan.window.closes,
        window=window_on(reader.now.astimezone(CHINA).date(), plan.window.opens, plan.window.closes),
        interpretations=content.interpretations,
    )


def _example(item: PolicyItemView, today: date) -> AmountExample | None:
    """What a version pays on supposed facts of this year; worked out once."""
    key = (item.item_id, item.version, today.year)
    if key not in _EXAMPLES:
        if len(_EXAMPLES) >= MOST_KEPT:
            _EXAMPLES.clear()
        found = example_of(item.content.rules, today)
        _EXAMPLES[key] = (
            AmountExample(supposed=found.supposed, working=found.working, amount_fen=found.amount.fen)
            if found is not None
            else None
        )
    return _EXAMPLES[key]


def _materials(content: PolicyItemContent) -> Iterable[NeededMaterial]:
    """The plan's materials with what the guide says of them; a paper that only the guide names comes after."""
    said = {each.code: each for each in content.guide.materials if each.code is not None}
    planned = content.rules.plan.materials
    for material in planned:
        yield _planned(material, said.get(material.code))
    codes = {material.code for material in planned}
    for paper in content.guide.materials:
        if paper.code not in codes:
            yield NeededMaterial(
                name=paper.name, required=True, provided_by="applicant", instead=paper.substitutes, note=paper.note
            )


def _planned(material: Material, said: GuideMaterial | None) -> NeededMaterial:
    return NeededMaterial(
        name=material.name,
        required=material.required,
        provided_by=material.provided_by,
        instead=said.substitutes if said else (),
        commitment=material.commitment,
        note=said.note if said else None,
    )
