"""What an applicant filled in, as facts; and what is wrong with it, under the names of the form's fields. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.application_forms import ApplicationForm, AskedFact
from contracts.refusal import Reason, Refusal
from contracts.rule import Fact, FactKind
from contracts.rule.facts import FactValue, value_fits
from contracts.written import NotWritten, day_written, is_error, plain_number, says_nothing
from gateway.row_numbers import is_index

SOURCE = "企业申报"
YUAN = "元"
ANSWERS = "answers"
RECEIVERS = "receivers"

Said = str | tuple[str, ...]
"""What stands in one field: a text, or several where several may be chosen."""

WRONG = {
    FactKind.NUMBER: "请填写数字，不带单位",
    FactKind.NUMBERS: "请填写数字，每行一个，不带单位",
    FactKind.DATE: "请填写日期，例如 2026-03-01",
    FactKind.DATES: "请填写日期，每行一个，例如 2026-03-01",
    FactKind.FLAG: "请选择“是”或“否”",
    FactKind.CODE: "请填写或选择一项，不含空格",
    FactKind.CODES: "请填写或选择，每行一项，不含空格",
}


@dataclass(frozen=True, slots=True)
class FilledFacts:
    """`facts` in the order of `names`, the fields that they come from."""

    facts: tuple[Fact, ...]
    names: tuple[str, ...]
    reasons: tuple[Reason, ...]


def key_of(field: AskedFact) -> str:
    """By which the form knows a fact: its name, and its period behind a colon."""
    return f"{field.name}:{field.period or ''}"


def field_name(field: AskedFact) -> str:
    return f"{ANSWERS}.{key_of(field)}"


def part_key(part: int) -> str:
    """By which the form knows a part of the money: a bare number would be a place in a list."""
    return f"part{part}"


def read_answers(form: ApplicationForm, answers: Mapping[str, Said], today: date) -> FilledFacts:
    """Everything that was answered. What the dossier knows already is not asked for and counts for nothing here."""
    facts, names, reasons = [], [], []
    for field in form.fields:
        if field.known is not None:
            continue
        name, said = field_name(field), answers.get(key_of(field))
        if said is None:
            if field.required:
                reasons.append(Reason(code="field_missing", message="请填写此项", field=name))
            continue
        value = value_of(field, said)
        if value is None:
            reasons.append(Reason(code="answer_wrongly_written", message=WRONG[field.kind], field=name))
        else:
            facts.append(_fact(field, value, today))
            names.append(name)
    return FilledFacts(tuple(facts), tuple(names), tuple(reasons))


def pledges_missing(form: ApplicationForm, commitments: Iterable[str]) -> list[Reason]:
    """Papers of the applicant's own that only a pledge can stand in for, and none was given."""
    given = set(commitments)
    return [
        Reason(code="commitment_missing", message=f"请就“{each.name}”作出承诺", field="commitments")
        for each in form.materials
        if each.required and each.provided_by == "applicant" and each.commitment and each.code not in given
    ]


def beside_fields(refusal: Refusal, form: ApplicationForm, names: Sequence[str], parts: Sequence[int] = ()) -> Refusal:
    """What intake refused, under the names of this form; what belongs to no field stays in the summary. `parts` are those
    whose receivers were named, in their order.
    """
    reasons = tuple(
        each.model_copy(update={"field": _place(each.field, form, names, parts)}) for each in refusal.reasons
    )
    return refusal.model_copy(update={"reasons": reasons})


def _place(said: str | None, form: ApplicationForm, names: Sequence[str], parts: Sequence[int]) -> str | None:
    head, _, rest = (said or "").partition(".")
    first = rest.partition(".")[0]
    if head == "declared_facts" and is_index(first) and int(first) < len(names):
        return names[int(first)]
    if head == "facts":
        asked = (field for field in form.fields if field.name == first and field.known is None)
        return next((field_name(field) for field in asked), None)
    if head == "payees" and is_index(first) and int(first) < len(parts):
        return f"{RECEIVERS}.{part_key(parts[int(first)])}"
    return head if head in ("commitments", "credit_commitment") else None


def _fact(field: AskedFact, value: FactValue, today: date) -> Fact:
    unit = YUAN if field.is_money else field.unit
    return Fact(
        name=field.name, kind=field.kind, value=value, unit=unit, period=field.period, source=SOURCE, as_of=today
    )


def value_of(field: AskedFact, said: Said) -> FactValue | None:
    """The value as facts of this kind are written; None for what cannot be one."""
    value: FactValue
    if field.kind is FactKind.FLAG:
        return {"true": True, "false": False}.get(str(said))
    if field.kind is FactKind.NUMBER:
        value = _number(str(said))
    elif field.kind is FactKind.NUMBERS:
        value = tuple(_number(each) for each in _lines(said))
    elif field.kind is FactKind.DATES:
        value = tuple(_day(each) for each in _lines(said))
    elif field.kind is FactKind.CODES:
        value = tuple(_lines(said))
    elif field.kind is FactKind.DATE:
        value = _day(str(said))
    else:
        value = str(said)
    return value if value_fits(field.kind, value) and not _is_no_code(field, said) else None


def _is_no_code(field: AskedFact, said: Said) -> bool:
    """Whether a spreadsheet's error, or a word for nothing that no list has, stands where a code is asked for: a rule
    that asks whether there is one would be met by it."""
    coded = field.kind in (FactKind.CODE, FactKind.CODES)
    return coded and any(is_error(each) or (not field.codes and says_nothing(each)) for each in _lines(said))


def _lines(said: Said) -> list[str]:
    written = said.splitlines() if isinstance(said, str) else list(said)
    return [each.strip() for each in written if each.strip()]


def _number(said: str) -> str:
    """As a person writes a number → as facts do: no thousands set apart, no plus, no needless zero in front."""
    try:
        return plain_number(said.strip().removesuffix(YUAN))
    except NotWritten:
        return said


def _day(said: str) -> str:
    try:
        return day_written(said).isoformat()
    except NotWritten:
        return said
