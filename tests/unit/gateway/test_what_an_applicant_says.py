"""What stands in an applicant's form becomes facts; what our answers say becomes advice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.application_forms import ApplicationForm, AskedFact, FormMaterial
from contracts.entitlements import EntitlementView
from contracts.refusal import Reason, Refusal
from contracts.rule import Amount, ConditionResult, FactKind, MissingFact, State, Verdict
from contracts.shown_facts import ShownFact
from gateway.portal.enterprise.applications.answers import (
    FilledFacts,
    Said,
    beside_fields,
    field_name,
    pledges_missing,
    read_answers,
)
from gateway.portal.enterprise.entitlements.conditions import ConditionLine, condition_lines

TODAY = date(2026, 3, 10)
NOTHING = Amount(state="undetermined", money=None)


def asked(name: str, kind: FactKind, **more: Any) -> AskedFact:
    unit = "人" if kind in (FactKind.NUMBER, FactKind.NUMBERS) else None
    return AskedFact(**{"name": name, "label": name, "kind": kind, "unit": unit, "required": True, **more})


def form(*fields: AskedFact, materials: tuple[FormMaterial, ...] = ()) -> ApplicationForm:
    return ApplicationForm(
        item_id="i",
        item_version=1,
        title="事项",
        department="工信局",
        mode="instant",  # type: ignore[arg-type]
        sample=True,
        enterprise_id="e",
        enterprise_name="企业",
        fields=fields,
        materials=materials,
        verdict=Verdict(state=State.MET, reasons=()),
        amount=NOTHING,
    )


def answered(field: AskedFact, said: Said) -> FilledFacts:
    return read_answers(form(field), {f"{field.name}:{field.period or ''}": said}, TODAY)


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (FactKind.NUMBER, "1,234.50", "1234.50"),
        (FactKind.NUMBER, "１２３", "123"),
        (FactKind.NUMBER, "007", "7"),
        (FactKind.NUMBER, "+5", "5"),
        (FactKind.NUMBER, "-0.5", "-0.5"),
        (FactKind.NUMBER, "0", "0"),
        (FactKind.FLAG, "true", True),
        (FactKind.FLAG, "false", False),
        (FactKind.DATE, "2026-03-01", "2026-03-01"),
        (FactKind.DATE, "2026年3月1日", "2026-03-01"),
        (FactKind.DATE, "２０２６/3/1", "2026-03-01"),
        (FactKind.CODE, "overseas", "overseas"),
        (FactKind.CODES, ("a", "b"), ("a", "b")),
        (FactKind.CODES, "a\n\n b ", ("a", "b")),
        (FactKind.NUMBERS, "1,000\n2", ("1000", "2")),
        (FactKind.DATES, "2026-03-01\n 2026年2月1日 \n", ("2026-03-01", "2026-02-01")),
    ],
)
def test_what_people_write_becomes_a_fact_of_its_kind(kind: FactKind, said: Said, value: object) -> None:
    found = answered(asked("staff", kind), said)
    assert ([fact.value for fact in found.facts], found.reasons) == ([value], ())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FactKind.NUMBER, "很多"),
        (FactKind.NUMBER, "12人"),
        (FactKind.NUMBER, "1.2.3"),
        (FactKind.NUMBER, "-"),
        (FactKind.NUMBER, "1,5"),
        (FactKind.NUMBER, "1，50"),
        (FactKind.NUMBER, "1 5"),
        (FactKind.NUMBERS, "1,000\n2,5"),
        (FactKind.DATE, "2026-03"),
        (FactKind.CODE, "#N/A"),
        (FactKind.CODE, "NULL"),
        (FactKind.CODE, "无"),
        (FactKind.CODES, "a\n-"),
        (FactKind.NUMBER, "."),
        (FactKind.FLAG, "perhaps"),
        (FactKind.DATE, "3 月 1 日"),
        (FactKind.DATE, "2026-02-30"),
        (FactKind.CODE, "two words"),
        (FactKind.NUMBERS, "1\nzwei"),
        (FactKind.DATES, "2026-03-01\n2026-02-30"),
    ],
)
def test_what_cannot_be_one_is_told_at_its_field(kind: FactKind, said: Said) -> None:
    found = answered(asked("staff", kind), said)
    assert found.facts == ()
    assert [(reason.field, reason.code) for reason in found.reasons] == [("answers.staff:", "answer_wrongly_written")]


def test_money_is_in_yuan_whatever_the_items_unit() -> None:
    (fact,) = answered(asked("staff", FactKind.NUMBER, unit="万元", is_money=True, period="2025"), "1,200,000元").facts
    assert (fact.value, fact.unit, fact.period, fact.source, fact.as_of) == ("1200000", "元", "2025", "企业申报", TODAY)


def test_what_is_required_and_not_said_is_told_and_what_is_not_may_be_left_out() -> None:
    found = read_answers(
        form(asked("staff", FactKind.NUMBER), asked("listed", FactKind.FLAG, required=False)), {}, TODAY
    )
    assert [(reason.field, reason.message) for reason in found.reasons] == [("answers.staff:", "请填写此项")]


def test_what_the_dossier_knows_counts_for_nothing_in_the_form() -> None:
    known = ShownFact(name="staff", period=None, label="staff", value="1 人", source="人社局", as_of=TODAY)
    found = answered(asked("staff", FactKind.NUMBER, known=known), "99")
    assert (found.facts, found.reasons) == ((), ())


def material(
    code: str, *, required: bool = True, by: str = "applicant", pledge: str | None = "承诺属实"
) -> FormMaterial:
    return FormMaterial(code=code, name=code, required=required, provided_by=by, commitment=pledge)


def test_a_pledge_is_missed_where_only_it_can_stand_in_for_a_paper_of_the_applicants_own() -> None:
    materials = (
        material("aa"),
        material("bb", required=False),
        material("cc", by="data_exchange"),
        material("dd", pledge=None),
        material("ee"),
    )
    assert [each.message for each in pledges_missing(form(materials=materials), ["ee"])] == ["请就“aa”作出承诺"]


def test_a_refusal_of_intake_stands_beside_the_fields_of_this_form() -> None:
    asked_for = form(asked("staff", FactKind.NUMBER, period="2025"), asked("listed", FactKind.FLAG))
    said = ("declared_facts.1.value", "facts.staff", "facts.z", "commitments.0", "payee_name", None, "declared_facts.9")
    refusal = Refusal(
        kind="invalid",
        code="c",
        message="m",
        reasons=tuple(Reason(code="c", message="m", field=field) for field in said),
    )
    found = beside_fields(refusal, asked_for, [field_name(field) for field in asked_for.fields])
    places = ["answers.listed:", "answers.staff:2025", None, "commitments", None, None, None]
    assert [reason.field for reason in found.reasons] == places


# -- advice ----------------------------------------------------------------------------------------------------


def line(
    state: State,
    *,
    known: ShownFact | None = None,
    declarable: bool = False,
    missing: MissingFact | None = None,
) -> ConditionLine:
    result = ConditionResult(
        text_zh="条件", state=state, fact="staff", period="2025", actual=None, required="超过 5 人", decisive=True
    )
    key = {"name": "staff", "period": "2025"}
    checked = EntitlementView.model_validate(
        {
            "item_id": "i",
            "item_version": 1,
            "enterprise_id": "e",
            "verdict": Verdict(state=state, reasons=(result,), missing=(missing,) if missing else ()),
            "amount": NOTHING,
            "checked_at": datetime(2026, 3, 10, tzinfo=UTC),
            "evidence": (known,) if known else (),
            "declarable": (key,) if declarable else (),
        }
    )
    (found,) = condition_lines(checked)
    return found


def shown(*, expired: bool = False) -> ShownFact:
    return ShownFact(
        name="staff", period="2025", label="staff", value="3 人", source="人社局", as_of=TODAY, expired=expired
    )


def lacking(kind: Any, why: Any = "absent") -> MissingFact:
    return MissingFact(name="staff", period="2025", label="行业均值", why=why, kind=kind)


def test_what_is_met_needs_no_advice_and_shows_where_its_value_is_from() -> None:
    found = line(State.MET, known=shown())
    assert (found.advice, found.value, found.source, found.as_of) == ("", "3 人", "人社局", TODAY)


def test_what_is_not_met_says_what_is_needed_and_who_corrects_it() -> None:
    found = line(State.NOT_MET, known=shown())
    assert (found.advice, dict(found.says)) == ("correct", {"required": "超过 5 人", "source": "人社局"})
    assert line(State.NOT_MET).advice == "required"


@pytest.mark.parametrize(
    ("advice", "given"),
    [
        ("declare", {"declarable": True}),
        ("renew", {"known": shown(expired=True)}),
        ("ask", {}),
        ("parameter", {"missing": lacking("parameter")}),
        ("decision", {"missing": lacking("decision")}),
        ("contradicts", {"missing": lacking("fact", why="contradicts"), "declarable": True, "known": shown()}),
    ],
)
def test_what_is_not_certain_says_who_can_make_it_so(advice: str, given: dict[str, Any]) -> None:
    assert line(State.UNDETERMINED, **given).advice == advice
