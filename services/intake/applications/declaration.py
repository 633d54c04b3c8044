"""What the applicant says of itself in the form, laid beside what the enterprise's dossier says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.refusal import Reason
from contracts.rule import (
    Fact,
    FactKind,
    FactSheet,
    FactType,
    FormField,
    ItemRules,
    MissingFact,
    ParameterValue,
    absolute_period,
)
from contracts.written import is_no_code
from rules.facts import FactReader, amount_of, same_dimension, value_text
from rules.text.phrases import period_text
from rules.units import in_base

DECLARED_SOURCE = "企业申报"
"""The source of a declared fact, whatever the form says: nobody declares in the name of an office."""

FactKey = tuple[str, str | None]
"""A fact's name and the period that it is about, as a date would show it (`2025`, not `Y`)."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """`sheet` holds what the claim rests on. `fields` are those that the form asks for, `refused` those
    of them that were declared wrongly, and `missing` those that the form requires and nobody has given.
    """

    sheet: FactSheet
    fields: frozenset[FactKey]
    refused: frozenset[FactKey]
    missing: tuple[MissingFact, ...]
    reasons: tuple[Reason, ...]


def read_declaration(
    declared: Sequence[Fact],
    rules: ItemRules,
    in_dossier: Sequence[Fact],
    today: date,
    figures: tuple[ParameterValue, ...] = (),
) -> Declaration:
    """Take what may be declared, refuse the rest with all reasons.

    Only the form's fields may be declared, once each, written as the item asks. What the dossier knows stands:
    to differ from it is a reason against the claim (the dossier has to be corrected first), to agree adds nothing.
    `figures` are the outside figures that go on the sheet beside the facts.
    """
    year = rules.reference_year or today.year
    types = rules.fact_types_by_name
    used = tuple(fact for fact in in_dossier if fact.name in types)
    dossier = FactReader(FactSheet(facts=used, reference_year=year), today, types)
    fields = {(field.fact, absolute_period(field.period, year)): field for field in rules.plan.form_fields}
    taken: dict[FactKey, Fact] = {}
    reasons: list[Reason] = []
    refused: set[FactKey] = set()
    for index, fact in enumerate(declared):
        key = (fact.name, fact.period)
        known = dossier.read(*key)
        repeated = key in taken or key in refused
        reason = _against(fact, index, repeated, fields.get(key), types.get(fact.name), known)
        if reason is not None:
            reasons.append(reason)
            refused.add(key)
        elif isinstance(known, MissingFact):
            taken[key] = fact.model_copy(update={"source": DECLARED_SOURCE, "as_of": today})
    return Declaration(
        sheet=FactSheet(facts=(*used, *taken.values()), reference_year=year, parameters=figures),
        fields=frozenset(fields),
        refused=frozenset(refused & fields.keys()),
        missing=_required(fields, {*taken, *refused}, dossier),
        reasons=tuple(reasons),
    )


def exact(fact: Fact | MissingFact) -> object:
    """A usable fact's value so that equal values are equal, in whatever unit, codes in whatever order; None for a
    missing one.
    """
    if isinstance(fact, MissingFact):
        return None
    if fact.kind is FactKind.NUMBER:
        return amount_of(fact)
    if fact.kind is FactKind.NUMBERS and isinstance(fact.value, tuple):
        return tuple(in_base(each, fact.unit or "") for each in fact.value)
    if fact.kind is FactKind.DATES:
        return fact.value
    return tuple(sorted(fact.value)) if isinstance(fact.value, tuple) else fact.value


def _against(
    fact: Fact,
    index: int,
    repeated: bool,
    field: FormField | None,
    declared: FactType | None,
    known: Fact | MissingFact,
) -> Reason | None:
    where = f"declared_facts.{index}"
    name = f"{period_text(fact.period)}{declared.label if declared else fact.name}"
    if field is None or declared is None:
        text = f"“{name}”不是该事项申报表的填报项"
        return Reason(code="fact_not_declarable", message=text, field=where)
    if repeated:
        return Reason(code="fact_declared_twice", message=f"“{name}”填报了不止一次", field=where)
    wrong = _wrongly_written(fact, declared)
    if wrong is not None:
        return Reason(code="fact_wrongly_typed", message=f"“{name}”{wrong}", field=f"{where}.value")
    if isinstance(known, Fact) and exact(known) != exact(fact):
        types = {declared.name: declared}
        text = (
            f"“{name}”填报为 {value_text(fact, types)}，与企业档案中的 {value_text(known, types)}"
            f"（来源：{known.source}）不一致；档案有误的，请先更正档案"
        )
        return Reason(code="fact_contradicts_dossier", message=text, field=f"{where}.value")
    return None


def _wrongly_written(fact: Fact, declared: FactType) -> str | None:
    if fact.kind is not declared.kind:
        return "的填报类型不符"
    if fact.unit != declared.unit and not same_dimension(fact.unit, declared.unit):
        return f"的单位应为“{declared.unit}”，不能用“{fact.unit}”"
    codes = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    known = {entry.code for entry in declared.codes}
    if fact.kind in (FactKind.CODE, FactKind.CODES) and known and not known.issuperset(codes):
        return "不在可选的取值之内"
    if fact.kind in (FactKind.CODE, FactKind.CODES) and any(
        is_no_code(each) for each in codes if isinstance(each, str)
    ):
        return "填的不是代码：没有数据的请不填"
    return None


def _required(fields: dict[FactKey, FormField], answered: set[FactKey], dossier: FactReader) -> tuple[MissingFact, ...]:
    unanswered = (dossier.read(*key) for key, field in fields.items() if field.required and key not in answered)
    return tuple(found for found in unanswered if isinstance(found, MissingFact))
