"""A case's sheet as its page shows it: each condition with the fact that it rests on, and what a decision was made before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.case_payees import CasePayee
from contracts.case_sheet import CaseSheet
from contracts.case_tasks import SheetTask
from contracts.message import Id
from contracts.rule import State
from contracts.status_labels import CASE, TASK
from gateway.portal.shell.advice import advice_on
from gateway.portal.shell.figures import instant, yuan
from gateway.portal.shell.time_left import due_text


@dataclass(frozen=True)
class ShownCondition:
    """One line of the conditions. `verdict`: met, not_met, undetermined, or spare where another way was taken; `decisive`: the
    outcome rests on it. `advice` is the key of what can be done about it, and `says` what fills it in."""

    verdict: str
    text: str
    required: str
    value: str | None
    source: str | None
    as_of: date | None
    decisive: bool
    advice: str = ""
    says: Mapping[str, str] = field(default_factory=dict)


def conditions(sheet: CaseSheet, today: date | None = None) -> list[ShownCondition]:
    """What decides stands first, and of that what is not met. `today`: whether a fact has run out."""
    missing = {(each.name, each.period): each for each in sheet.missing}
    facts = {(fact.name, fact.period): fact for fact in sheet.facts}
    whole = _whole(sheet)
    shown = []
    for each in sheet.conditions:
        fact = facts.get((each.fact, each.period))
        spare = whole is not None and each.is_spare(whole)
        until = fact.valid_until if fact else None
        expired = today is not None and until is not None and until < today
        lacking = missing.get((each.fact, each.period))
        advice, says = advice_on(each, fact.source if fact else None, lacking, expired=expired)
        shown.append(
            ShownCondition(
                verdict="spare" if spare else each.state.value,
                text=each.text_zh,
                required=each.required,
                value=each.actual,
                source=fact.source if fact else None,
                as_of=fact.as_of if fact else None,
                decisive=each.decisive,
                advice="" if spare else advice,
                says=says,
            )
        )
    order = {"not_met": 0, "undetermined": 1, "met": 2, "spare": 3}
    return sorted(shown, key=lambda line: (order.get(line.verdict, 1), not line.decisive))


def _whole(sheet: CaseSheet) -> State | None:
    """What the conditions come to: the state of those that decide."""
    return next((each.state for each in sheet.conditions if each.decisive), None)


def tasks(sheet: CaseSheet) -> list[tuple[str, str]]:
    """What the department has to do, and until when."""
    return [(TASK[each.task].staff_zh, _until(each)) for each in sheet.tasks]


def _until(task: SheetTask) -> str:
    if task.paused_why is None:
        return due_text(task.due_at, task.awaits_year)
    projected = f"；如现在恢复，至 {instant(task.projected_due_at)}" if task.projected_due_at else ""
    return f"已暂停：{task.paused_why}{projected}"


def snapshot(sheet: CaseSheet) -> dict[str, str]:
    """What an officer decides by, in a line each: told if it changes while they write."""
    case, inspection = sheet.case, sheet.inspection
    return {
        "state": CASE[case.state].staff_zh,
        "amount": yuan(case.amount_fen),
        "due": due_text(case.due_at, case.awaits_year),
        "inspection": ""
        if inspection is None
        else f"{'合格' if inspection.passed else '不合格'}：{inspection.findings}",
        "account": f"{case.payee_name} {case.account_masked}",
        "payees": "；".join(_receiver(each) for each in case.payees if each.who != "applicant"),
        "obstacles": "；".join(reason.message for reason in case.obstacles),
        "note": case.note,
    }


def has_other_receivers(sheet: CaseSheet) -> bool:
    """Whether some of it goes to others than the applicant."""
    return any(each.who != "applicant" for each in sheet.case.payees)


def _receiver(payee: CasePayee) -> str:
    return f"{payee.label} {payee.holder_name or payee.holder_id or '未指定'} {yuan(payee.amount_fen)}"


def own_word(sheet: CaseSheet, person_id: Id) -> list[str]:
    """What of the facts is this person's own word: somebody else decides the case."""
    return [
        f"{fact.label}（{fact.period}）" if fact.period else fact.label
        for fact in sheet.facts
        if person_id in fact.recorded_by
    ]


def people_in(sheet: CaseSheet) -> list[Id | None]:
    """Who has done something in the case."""
    confirmed = [each.confirmed.confirmed_by for each in sheet.materials if each.confirmed]
    answered = [slot.by for step in sheet.case.steps for slot in step.slots]
    inspected = sheet.inspection.recorded_by if sheet.inspection else None
    return [sheet.case.decided_by, inspected, *confirmed, *answered]
