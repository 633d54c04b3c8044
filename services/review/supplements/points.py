"""What a supplement may ask for, and whether an answer to it is whole and written as it should be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from contracts.application_forms import AskedFact
from contracts.message import Actor
from contracts.refusal import Reason
from contracts.rule import Fact, FactKind, FactType, ItemRules, absolute_period
from contracts.rule.facts import VALUE_FORMS, WITH_UNIT, value_fits
from contracts.supplements import AnsweredPoint, PointAbout, RequestedPoint, SupplementPointView
from contracts.written import is_no_code
from rules.facts import same_dimension
from rules.text.phrases import period_text
from services.review.supplements.supplement import SupplementNotWhole

DECLARED_SOURCE = "企业申报"
"""The source of a corrected value: nobody declares in the name of an office."""

SHORTEST_WORD = 2

Points = Mapping[tuple[PointAbout, str], "Askable"]


class Askable(NamedTuple):
    """What people call a material or a field, and how the form asks for it."""

    label: str
    asked: AskedFact | None = None


def askable(rules: ItemRules, year: int) -> Points:
    """Everything of the plan that an enterprise can be asked to mend: its materials, and the fields of its form."""
    found: dict[tuple[PointAbout, str], Askable] = {
        ("material", each.code): Askable(each.name) for each in rules.plan.materials
    }
    for each in _fields(rules, rules.reference_year or year):
        found["field", field_code(each)] = Askable(each.label, each)
    return found


def of_offices(points: Points, facts: Sequence[Fact], today: date) -> dict[tuple[str, str], str]:
    """The fields that an office has said already, and which office: an enterprise declares no other value."""
    said = {
        (fact.name, fact.period): fact.source
        for fact in facts
        if fact.source != DECLARED_SOURCE and (fact.valid_until is None or fact.valid_until >= today)
    }
    return {
        key: said[each.asked.name, each.asked.period]
        for key, each in points.items()
        if each.asked is not None and (each.asked.name, each.asked.period) in said
    }


def field_code(asked: AskedFact) -> str:
    """By which a field is named: its fact, with the period that it is about."""
    return f"{asked.name}/{asked.period}" if asked.period else asked.name


def points_of(requested: Sequence[RequestedPoint], points: Points) -> tuple[SupplementPointView, ...]:
    """The points as the enterprise is shown them."""
    return tuple(
        SupplementPointView(
            **each.model_dump(), label=points[each.about, each.code].label, asked=points[each.about, each.code].asked
        )
        for each in requested
    )


def must_be_whole(asked: Sequence[SupplementPointView], said: Sequence[AnsweredPoint], actor: Actor) -> None:
    """Every point is answered once, and each as it should be. Raises SupplementNotWhole with all that is missing or wrong."""
    points = {each.code: each for each in asked}
    reasons = []
    answered: set[str] = set()
    for place, each in enumerate(said):
        where = f"points.{place}"
        if each.code not in points or each.code in answered:
            text = f"“{each.code}”不在补正清单里，或答复了不止一次。"
            reasons.append(Reason(code="supplement_point_unknown", message=text, field=f"{where}.code"))
        else:
            reasons += _wrong(points[each.code], each, where, actor)
        answered.add(each.code)
    missing = [each for each in asked if each.code not in answered]
    reasons += [_unanswered(each, "points") for each in missing]
    if reasons:
        raise SupplementNotWhole(*reasons)


def corrected(points: Sequence[SupplementPointView], today: date) -> tuple[Fact, ...]:
    """The facts that the answers declare."""
    return tuple(
        _fact(each.asked, each.answer, today)
        for each in points
        if each.asked is not None and each.answer is not None and each.answer.value is not None
    )


def _fact(asked: AskedFact, said: AnsweredPoint, today: date) -> Fact:
    assert said.value is not None
    unit = (said.unit or asked.unit) if asked.kind in WITH_UNIT else None
    return Fact(
        name=asked.name,
        kind=asked.kind,
        value=said.value,
        unit=unit,
        period=asked.period,
        source=DECLARED_SOURCE,
        as_of=today,
    )


def _wrong(point: SupplementPointView, said: AnsweredPoint, where: str, actor: Actor) -> Iterator[Reason]:
    worded = len(said.text.strip()) >= SHORTEST_WORD
    if said.original_shown and "window" not in actor.roles:
        text = f"“{point.label}”的原件须到窗口出示，由窗口登记。"
        yield Reason(code="original_not_at_window", message=text, field=f"{where}.original_shown")
    if point.asked is None:
        if said.value is not None:
            text = f"“{point.label}”是材料，请上传文件，不填数值。"
            yield Reason(code="supplement_value_for_material", message=text, field=f"{where}.value")
        if not (said.files or said.original_shown or worded):
            yield _unanswered(point, where)
    elif said.value is None:
        if not worded:
            yield _unanswered(point, where)
    elif (wrong := _wrongly_written(point.asked, said)) is not None:
        yield Reason(code="fact_wrongly_typed", message=f"“{point.label}”{wrong}。", field=f"{where}.value")


def _wrongly_written(asked: AskedFact, said: AnsweredPoint) -> str | None:
    value = said.value
    if value is None or not value_fits(asked.kind, value):
        return f"请{VALUE_FORMS[asked.kind]}"
    if said.unit is not None and (asked.kind not in WITH_UNIT or not same_dimension(said.unit, asked.unit)):
        return f"的单位应为“{asked.unit}”，不能用“{said.unit}”" if asked.unit else "没有单位"
    if asked.kind in (FactKind.CODE, FactKind.CODES):
        codes = value if isinstance(value, tuple) else (value,)
        known = {entry.code for entry in asked.codes}
        if known and not known.issuperset(codes):
            return "不在可选的取值之内"
        if any(is_no_code(each) for each in codes if isinstance(each, str)):
            return "填的不是代码"
    return None


def _unanswered(point: SupplementPointView, where: str) -> Reason:
    what = "上传文件" if point.about == "material" else "填写更正后的内容"
    text = f"“{point.label}”还没有答复：请{what}，或说明情况。"
    return Reason(code="supplement_point_unanswered", message=text, field=where)


def _fields(rules: ItemRules, year: int) -> Iterator[AskedFact]:
    types = rules.fact_types_by_name
    for field in rules.plan.form_fields:
        declared: FactType = types[field.fact]
        period = absolute_period(field.period, year)
        yield AskedFact(
            name=field.fact,
            period=period,
            label=f"{period_text(period)}{declared.label}",
            kind=declared.kind,
            unit=declared.unit,
            is_money=declared.unit is not None and same_dimension(declared.unit, "元"),
            codes=declared.codes,
            required=field.required,
            hint=field.hint,
        )
