"""Asking other authorities about a text (征求意见), and what follows from their answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from contracts.departments import DepartmentFunction
from contracts.drafting import (
    PARTIES,
    ConsultationRound,
    ConsultedParty,
    OpinionResponse,
    PartyAnswer,
    PartyKind,
)
from contracts.duties import DutyKind
from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden, Invalid, Reason

Answer = Literal["agree", "changes", "object"]

PARTY_NAMES: Mapping[PartyKind, str] = {
    "development_reform": "发改部门",
    "finance": "财政部门",
    "approval_bureau": "审批部门",
}
ANSWER_NAMES = {"agree": "同意", "changes": "修改后同意", "object": "不同意", "silent": "逾期未反馈"}
ROLE_OF_PARTY: Mapping[PartyKind, str] = {
    "development_reform": "department",
    "finance": "finance",
    "approval_bureau": "bureau",
}

DUTY_OF_PARTY: Mapping[PartyKind, DutyKind] = {
    "development_reform": "policy_author",
    "finance": "finance",
    "approval_bureau": "bureau_intake",
}
"""Who of a party is told that it is asked."""

FUNCTION_OF_PARTY: Mapping[PartyKind, DepartmentFunction] = {
    "development_reform": "development_reform",
    "finance": "finance",
    "approval_bureau": "approval_bureau",
}
"""Which department it is where the name that was asked is not in the register."""

LONGEST_CONSULTATION = timedelta(days=90)


class ConsultationInvalid(Invalid):
    """The consultation cannot be opened like this; `reasons` says all that must change."""

    code = "consultation_invalid"
    sentence = "征求意见的对象或期限有误，请按提示修改。"


class NotAsked(Forbidden):
    """Only those who are asked answer."""

    code = "not_asked"
    sentence = "您所在部门不是本次征求意见的对象。"


class AnsweredAlready(Conflict):
    """A party answers once in a round."""

    code = "answered_already"
    sentence = "您所在部门已经反馈过意见。"


class OpinionMissing(Invalid):
    """Whoever does not simply agree says why."""

    code = "opinion_missing"
    sentence = "提出修改意见或不同意的，应说明理由。"


class ConsultationOpposes(Conflict):
    """The consultation stands against publication; `reasons` says who and why."""

    code = "consultation_opposes"
    sentence = "征求意见的结果不支持发布，请按提示处理。"


def begin(
    number: int, parties: Sequence[ConsultedParty], until: date, *, at: datetime, today: date
) -> ConsultationRound:
    """A round that waits for every party. Raises ConsultationInvalid."""
    reasons = [*_against_parties(parties), *_against_period(until, today)]
    if reasons:
        raise ConsultationInvalid(*reasons)
    waited_for = tuple(
        PartyAnswer(party=each.party, department=each.department, department_id=each.attention.department_id)
        for each in parties
    )
    return ConsultationRound(number=number, opened_at=at, until=until, answers=waited_for)


def asked_of(actor: Actor, round: ConsultationRound) -> PartyAnswer | None:
    """The part of this round that `actor` answers: by its department, or, where its credential names none, by the
    office it holds. Development and reform is a department like any other.
    """
    for each in round.answers:
        role = ROLE_OF_PARTY[each.party]
        by_register = actor.department_id is not None and actor.department_id == each.department_id
        named = actor.department == each.department or by_register
        if role in actor.roles and (named or (actor.department is None and role != "department")):
            return each
    return None


def answered(round: ConsultationRound, answer: Answer, opinion: str, *, by: Actor, at: datetime) -> ConsultationRound:
    """The round with this party's answer, closed if it was the last. Raises AnsweredAlready or OpinionMissing."""
    mine = asked_of(by, round)
    if mine is None:
        raise NotAsked()
    if mine.answer is not None:
        raise AnsweredAlready()
    if answer != "agree" and not opinion.strip():
        raise OpinionMissing(field="opinion")
    said = mine.model_copy(update={"answer": answer, "opinion": opinion, "answered_by": by.id, "answered_at": at})
    answers = tuple(said if each is mine else each for each in round.answers)
    closed_at = at if all(each.answer is not None for each in answers) else None
    return round.model_copy(update={"answers": answers, "closed_at": closed_at})


def silenced(round: ConsultationRound, at: datetime) -> ConsultationRound:
    """The round as it ends: whoever has said nothing is recorded as silent."""
    silent = {"answer": "silent", "answered_at": at}
    answers = tuple(each if each.answer is not None else each.model_copy(update=silent) for each in round.answers)
    return round.model_copy(update={"answers": answers, "closed_at": at})


def reasons_against(round: ConsultationRound, responses: Sequence[OpinionResponse]) -> list[Reason]:
    """Objections, and wishes for changes that nobody responded to."""
    responded = {each.party for each in responses}
    reasons = []
    for each in round.answers:
        told = f"{each.department}：{each.opinion}"
        if each.answer == "object":
            text = f"有关部门不同意发布，须修改后重新征求意见（{told}）"
            reasons.append(Reason(code="party_objects", message=text, field=each.party))
        elif each.answer == "changes" and each.party not in responded:
            text = f"须说明修改意见的采纳情况（{told}）"
            reasons.append(Reason(code="response_missing", message=text, field=f"responses.{each.party}"))
    return reasons


def outcome(round: ConsultationRound, responses: Sequence[OpinionResponse]) -> str:
    """The round in one sentence, to be kept with what was published on it."""
    response = {each.party: each.text for each in responses}
    told = []
    for each in round.answers:
        text = f"{PARTY_NAMES[each.party]}（{each.department}）{ANSWER_NAMES[each.answer or 'silent']}"
        if each.party in response:
            text += f"，采纳情况：{response[each.party]}"
        told.append(text)
    return f"第 {round.number} 轮征求意见（截止 {round.until}）：{'；'.join(told)}"[:2000]


def _against_parties(parties: Sequence[ConsultedParty]) -> Iterator[Reason]:
    asked = [each.party for each in parties]
    for party in PARTIES:
        if asked.count(party) != 1:
            text = f"须且只须列明一家{PARTY_NAMES[party]}"
            yield Reason(code="party_missing", message=text, field=f"parties.{party}")
    if len({each.department for each in parties}) < len(parties):
        yield Reason(code="party_repeated", message="同一部门列了不止一次", field="parties")


def _against_period(until: date, today: date) -> Iterator[Reason]:
    if not today < until <= today + LONGEST_CONSULTATION:
        text = f"答复截止日应在明天至 {today + LONGEST_CONSULTATION} 之间"
        yield Reason(code="period_invalid", message=text, field="until")
