"""Rules that are being written, tried on one enterprise of the place or on facts that somebody made up (试算)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.names import looks, same_name
from contracts.refusal import Reason
from contracts.rule import FactSheet, ItemRules, Plan, Problem, Shares, Window, absolute_period
from contracts.trials import NeededDecision, NeededFact, TriedEnterprise, TriedItem, TryItem
from rules import assess, check
from rules.decisions import asked_for, declared_in, unfit, unit_asked
from rules.examples import facts_in
from services.catalog.enterprises.credit_code import plain_code
from services.catalog.enterprises.domain import EnterpriseUnknown
from services.catalog.enterprises.views import dossier_of
from services.catalog.matching.domain import PreviewRefused, ReachNotYours
from services.catalog.outside_figures.store import figures_by_place
from services.catalog.policies.texts import unreadable

MOST_CANDIDATES = 10
FOUND = (
    "SELECT id AS enterprise_id, uscc, name FROM enterprise WHERE tenant = :tenant AND merged_into IS NULL"
    " AND (id = :said OR uscc = :code OR name ILIKE :words OR name_looks = :looks)"
    " ORDER BY (id = :said OR uscc = :code OR name_looks = :looks) DESC, name, id LIMIT :limit"
)
PLAN = {
    "mode": "instant",
    "department": "试算",
    "steps": [{"kind": "approval"}],
    "payout_limit": {"limit": 1, "unit": "working_days"},
    "frequency": "once",
    "budget_line": "trial",
}
SHARES = {"node": "split", "parts": [{"payer": "county", "fraction": "1"}], "remainder_to": "county"}
"""Stand in for what is not written yet and decides neither who is entitled nor how much."""

LOOKED_AT = ("eligibility", "amount", "shares", "payees", "instalments", "stacking", "quotas", "values", "bounds")


def try_item(query: TryItem, reader: Reader) -> TriedItem:
    """What the rules say, and what they look at.

    Raises ReachNotYours, EnterpriseUnknown, or PreviewRefused with every reason why the rules cannot be evaluated, or
    why a figure that somebody would set cannot be used.
    """
    if reader.actor.enterprise_id is not None:
        raise ReachNotYours()
    rules = _readable(query.content)
    if against := unfit(rules, query.decisions):
        raise PreviewRefused(*_reasons(_told(against), "decisions"))
    today = query.on or reader.now.astimezone(CHINA).date()
    year = rules.reference_year or query.year or today.year
    found = list(_enterprises(query.enterprise, reader)) if query.enterprise else []
    if query.enterprise and not found:
        raise EnterpriseUnknown()
    chosen = found[0] if _is_one(found, query.enterprise) else None
    own = dossier_of(chosen.enterprise_id, reader).facts if chosen else ()
    sheet = FactSheet(facts=(*own, *query.facts), reference_year=year, parameters=_figures(rules, reader))
    tried = chosen is not None or bool(query.facts)
    return TriedItem(
        year=year,
        on=today,
        needed=tuple(_needed(rules, sheet)),
        decisions=tuple(_decisions(rules)),
        enterprise=chosen,
        candidates=() if chosen else tuple(found),
        assessment=assess(rules, sheet, today, decisions=query.decisions, validity=_validity(query.content))
        if tried
        else None,
    )


def _validity(content: Mapping[str, Any]) -> Window:
    """When the text says that the item is in force; what cannot be read says nothing yet."""
    if content.get("sample") is True:
        return Window()
    document = content.get("document")
    document = document if isinstance(document, Mapping) else {}
    opens = content.get("valid_from") or document.get("valid_from")
    closes = content.get("valid_to") or document.get("valid_to")
    try:
        return Window.model_validate({"opens": opens, "closes": closes})
    except ValidationError:
        return Window()


def _readable(content: Mapping[str, Any]) -> ItemRules:
    said = content.get("rules")
    text = dict(said) if isinstance(said, Mapping) else {}
    written = {"plan": _fits(Plan, text.get("plan")), "shares": _fits(Shares, text.get("shares"))}
    text |= {name: stand_in for name, stand_in in (("plan", PLAN), ("shares", SHARES)) if not written[name]}
    try:
        rules = ItemRules.model_validate(text)
    except ValidationError as error:
        raise PreviewRefused(
            *_reasons((each.code, each.where, each.text) for each in unreadable(text, error, ItemRules))
        ) from None
    against = [each for each in check(rules) if written.get(each.where.split("/")[1], True)]
    if against:
        raise PreviewRefused(*_reasons(_told(against)))
    return rules


def _fits(kind: Any, text: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


def _told(problems: Iterable[Problem]) -> Iterator[tuple[str, str, str]]:
    return ((each.code, each.where, each.text_zh) for each in problems)


def _reasons(problems: Iterable[tuple[str, str, str]], below: str = "content.rules") -> Iterator[Reason]:
    for code, where, text in problems:
        yield Reason(code=code, message=text, field=f"{below}{where.replace('/', '.')}")


def _enterprises(said: str, reader: Reader) -> Iterator[TriedEnterprise]:
    """Those whose id or credit code it is, first; then those in whose name it stands."""
    words = said.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    asked = {"said": said.strip(), "code": plain_code(said), "words": f"%{words}%", "looks": looks(said)}
    wanted = {"tenant": reader.tenant, "limit": MOST_CANDIDATES, **asked}
    for row in reader.execute(FOUND, wanted):
        yield TriedEnterprise(enterprise_id=row.enterprise_id, uscc=row.uscc, name=row.name)


def _is_one(found: list[TriedEnterprise], said: str | None) -> bool:
    """Whether it is clear which one is meant: there is no other, or it is named exactly."""
    meant = (said or "").strip()
    exactly = found and (plain_code(meant) == found[0].uscc or meant.upper() == found[0].enterprise_id.upper())
    return len(found) == 1 or bool(exactly) or bool(found and same_name(meant, found[0].name))


def _figures(rules: ItemRules, reader: Reader) -> tuple[Any, ...]:
    names = set(rules.parameters_by_name)
    return tuple(figures_by_place(reader, reader.tenant, names).get(reader.tenant or "", ())) if names else ()


def _needed(rules: ItemRules, sheet: FactSheet) -> Iterator[NeededFact]:
    """Every fact that the rules look at, each period once, in their order."""
    text = rules.model_dump(mode="json", exclude_none=True)
    year = sheet.reference_year
    pairs = (pair for part in LOOKED_AT for pair in facts_in(text.get(part)))
    for name, period in dict.fromkeys((name, absolute_period(period, year)) for name, period in pairs):
        declared = rules.fact_types_by_name.get(name)
        if declared is None:
            continue
        yield NeededFact(
            name=name,
            period=period,
            label=declared.label,
            kind=declared.kind.value,
            unit=declared.unit,
            codes={each.code: each.label for each in declared.codes},
            known=sheet.find(name, period),
        )


def _decisions(rules: ItemRules) -> Iterator[NeededDecision]:
    declared = declared_in(rules)
    for name, node in asked_for(rules).items():
        yield NeededDecision(decision=name, by=node.by, unit=unit_asked(node, declared))
