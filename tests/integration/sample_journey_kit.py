"""The sample items' claims, carried from their filing to their end: each day's together, in the order of the days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson
from case_hands_kit import CaseHands, CaseInHand
from sample_item_rows import DAY_ONE, Later, Row
from sample_town_kit import COUNTY, TENANTS, UNDO_MINUTES, Town, officer, place_of
from whole_office_kit import Refusal

from contracts.intake import NominateEnterprises, NominationLine, SubmitApplication
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.rule import Award, Decision, Fact, Mode, ParameterValue, absolute_period
from tests.unit.rules.sample_files import ITEMS, SCENE, worked_cases

WORKED = worked_cases()
MORNING = time(2, 0, tzinfo=UTC)
LEVEL_AT = {tenant: level.value for level, tenant in TENANTS.items()}
SUPPOSED = "《示例办法》（示府发〔2024〕1号）"
"""A basis that nobody has given: only so that what such an item asks for is carried through as well."""


@dataclass(frozen=True)
class Example:
    """What is claimed: a worked case, or a claim of the first day."""

    on: date
    facts: tuple[Fact, ...]
    figures: tuple[ParameterValue, ...] = ()
    awards: tuple[Award, ...] = ()
    decisions: tuple[Decision, ...] = ()
    most_fen: int | None = None
    """What it comes to: the most that persons may set."""

    @staticmethod
    def of(row: Row) -> Example:
        if row.item in DAY_ONE:
            claim = SCENE["cases"][row.example - 1]
            said = [Fact.model_validate(each) for each in claim["file_facts"] + claim["declared_facts"]]
            return Example(date(2026, 3, 10), tuple(said))
        case = WORKED[row.item][row.example - 1]
        awards = case.awards.awards if case.awards is not None else ()
        return Example(
            row.on or case.date,
            tuple(case.facts),
            tuple(case.parameters),
            awards,
            tuple(case.decisions),
            case.expect.amount_fen,
        )


@dataclass
class Carried:
    """A row on its way, and what came of it."""

    row: Row
    example: Example
    content: PolicyItemContent
    enterprise_id: str = ""
    uscc: str = ""
    hand: CaseInHand | None = None
    refused: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    later: list[tuple[int | None, tuple[str, ...]]] = field(default_factory=list)

    @property
    def tenant(self) -> str:
        return place_of(self.content)

    @property
    def department(self) -> str:
        return self.content.rules.plan.department


class Journey:
    """All rows in one town."""

    def __init__(self, town: Town, rows: Sequence[Row]) -> None:
        self.town, self.offices = town, town.offices
        self.hands = CaseHands(town)
        self.carried = [Carried(row, Example.of(row), ITEMS[row.item]) for row in rows]
        self.items: dict[str, str] = {}
        self.held: list[str] = []
        self.early: list[str] = []
        """Cases whose decision could be taken back for a while, and those of which something was said meanwhile."""

    def goes(self) -> None:
        self.town.settles([ITEMS[code] for code in dict.fromkeys(each.row.item for each in self.carried)])
        self._publishes()
        by_day: defaultdict[date, list[Carried]] = defaultdict(list)
        for each in self.carried:
            by_day[each.example.on].append(each)
        for day in sorted(by_day):
            self._on(day)
            self._files(by_day[day])
            self._carries([each.hand for each in by_day[day] if each.hand is not None])
        later = [(each, next_one) for each in self.carried for next_one in each.row.later]
        for each, next_one in sorted(later, key=lambda pair: pair[1].on):
            self._goes_on(each, next_one)

    def _on(self, day: date) -> None:
        morning = datetime.combine(day, MORNING)
        self.offices.at(max(morning, self.offices.clock.now()))

    # -- the items ----------------------------------------------------------------------------------------

    def _publishes(self) -> None:
        """Each once, as it is; what cannot be is published with a basis that is supposed."""
        for each in self.carried:
            if each.row.item in self.items:
                continue
            try:
                self.items[each.row.item] = self.town.publishes(each.content)
            except Refusal as refused:
                each.unpublished = refused.codes
                self.items[each.row.item] = self.town.publishes(_with_a_basis(each.content))
        self.offices.settle()

    # -- claims -------------------------------------------------------------------------------------------

    def _files(self, today: Sequence[Carried]) -> None:
        figures: defaultdict[str, list[ParameterValue]] = defaultdict(list)
        for number, each in enumerate(today):
            self._registers(each, number)
            figures[each.tenant] += [_by_now(figure, each.example.on) for figure in each.example.figures]
        for tenant, told in figures.items():
            if told:
                self.town.records(list({figure.model_dump_json(): figure for figure in told}.values()), tenant)
        self.offices.settle()
        self._imports(today)
        for each in today:
            self._files_one(each)
        self.offices.settle()
        for each in today:
            if not each.refused:
                each.hand = self._in_hand(each)

    def _registers(self, each: Carried, number: int) -> None:
        known = [fact for fact in self._facts(each) if not _is_declared(each.content, fact)]
        name = f"示例{each.row.item.replace('-', '')}企业{each.row.example}号{number}"
        each.enterprise_id, each.uscc = self.town.registers(name, known)

    def _facts(self, each: Carried) -> list[Fact]:
        """No paper is of a later day than the filing."""
        return [_by_now(fact, each.example.on) for fact in (*each.example.facts, *each.row.also)]

    def _imports(self, today: Iterable[Carried]) -> None:
        by_tenant: defaultdict[str, list[tuple[Carried, Award]]] = defaultdict(list)
        for each in today:
            for award in each.example.awards:
                by_tenant[TENANTS[award.level]].append((each, award))
        for tenant, lines in by_tenant.items():
            importer = officer(tenant, "财政局", "finance")
            self.town.imports([(each.uscc, award) for each, award in lines], tenant, importer)

    def _files_one(self, each: Carried) -> None:
        plan, item_id = each.content.rules.plan, self.items[each.row.item]
        try:
            if plan.mode is Mode.NO_APPLICATION:
                line = NominationLine(enterprise_id=each.enterprise_id)
                order: Any = NominateEnterprises(item_id=item_id, lines=(line,))
                self.offices.intake.calls(order, each.tenant, officer(each.tenant, each.department, "first_review", 3))
                return
            order = SubmitApplication(
                item_id=item_id,
                enterprise_id=each.enterprise_id,
                declared_facts=tuple(fact for fact in self._facts(each) if _is_declared(each.content, fact)),
                commitments=tuple(material.code for material in plan.materials if material.commitment),
            )
            who = Actor(id=f"boss-{each.uscc}", roles=frozenset({"enterprise"}), enterprise_id=each.enterprise_id)
            self.offices.intake.calls(order, COUNTY, who)
        except Refusal as refused:
            each.refused = refused.codes

    def _in_hand(self, each: Carried) -> CaseInHand:
        ((case_id,),) = self.offices.review.rows(
            "SELECT id FROM review_case WHERE claim ->> 'enterprise_id' = %s", each.enterprise_id
        )
        return CaseInHand(
            case_id,
            each.tenant,
            each.department,
            figures=each.example.decisions,
            most_fen=each.example.most_fen,
            persons=each.row.persons,
            bars=each.row.bars,
            fails=each.row.fails,
        )

    # -- cases --------------------------------------------------------------------------------------------

    def _carries(self, hands: Sequence[CaseInHand]) -> None:
        """Until nobody can do anything any more, over public notices and undo windows."""
        for _round in range(8):
            while sum(self.hands.carries(hand) for hand in hands):
                self.offices.settle()
            self._keeps_silent(hands)
            if not self._waits_for_notices(hands):
                break
        for hand in hands:
            if hand.refused_for:
                self.hands.rejects(hand)
        self.offices.settle()
        self._keeps_silent(hands)
        self.offices.at(self.offices.clock.now() + timedelta(minutes=UNDO_MINUTES + 1))

    def _keeps_silent(self, hands: Sequence[CaseInHand]) -> None:
        """Before the clock goes on: nothing has left of what can still be taken back."""
        held = [hand.case_id for hand in hands if self.hands.case(hand)["undo_until"] is not None]
        self.held += held
        self.early += [case_id for case_id in held if self._said(case_id)]

    def _said(self, case_id: str) -> list[tuple[Any, ...]]:
        """What of the decision has left the house."""
        return self.offices.review.rows(
            "SELECT type FROM outbox WHERE type IN ('CaseApproved', 'CaseRejected', 'BenefitGranted') AND body LIKE %s",
            f'%"case_id":"{case_id}"%',
        )

    def _waits_for_notices(self, hands: Sequence[CaseInHand]) -> bool:
        ends = self.offices.review.rows(
            "SELECT ends_at FROM public_notice WHERE state = 'running' AND case_id = ANY (%s)",
            [hand.case_id for hand in hands],
        )
        if not ends:
            return False
        self.offices.at(max(end for (end,) in ends) + timedelta(minutes=2))
        return True

    def _goes_on(self, each: Carried, later: Later) -> None:
        """The next instalment, once its day has come and its facts are told."""
        self._on(later.on)
        if each.hand is None:
            each.later.append((None, ("not_filed",)))
            return
        if later.facts:
            self.town.tells(each.enterprise_id, later.facts)
            self.offices.settle()
        found = self.offices.review.rows(
            "SELECT id FROM review_case WHERE first_case_id = %s AND state IN ('received', 'accepted')",
            each.hand.case_id,
        )
        if len(found) != 1:
            each.later.append((None, ("no_case",)))
            return
        hand = CaseInHand(found[0][0], each.tenant, each.department)
        self._carries([hand])
        ordered = sum(fen for _payer, _part, fen in self._ordered(hand.case_id))
        each.later.append((ordered // 100 or None, hand.refused_for))

    # -- what came of it ----------------------------------------------------------------------------------

    def end_of(self, each: Carried) -> dict[str, Any]:
        """In the words of a row."""
        ended: dict[str, Any] = {"refused": each.refused, "unpublished": each.unpublished}
        if each.hand is None:
            return ended
        case = self.hands.case(each.hand)
        told = self._approvals(each.hand.case_id)
        ended |= {
            "state": case["state"],
            "rejected": each.hand.refused_for,
            "says": each.row.says if each.row.says in case["note"] else case["note"],
            "undone": [step["kind"] for step in case["steps"] if step["state"] != "passed" and not each.row.rejected],
            "left": self._open_tasks(each.hand.case_id),
            "yuan": _sum(told),
            "bears": _sums((LEVEL_AT[part["payer"]], part["amount_fen"]) for said in told for part in said["borne"]),
            "pays": _sums((LEVEL_AT[said["payer"]], said["amount_fen"]) for said in told),
            "receivers": tuple(
                sorted(
                    (said["payee_label"], said["amount_fen"] / 100, said["income_tax"])
                    for said in told
                    if said["payee_holder"] is not None
                )
            ),
            "ordered": self._ordered(each.hand.case_id)
            == sorted((said["payer"], said["part"], said["amount_fen"]) for said in told),
            "registered": self._registered(each, "granted"),
            "earlier": self._registered(each, "imported"),
            "forecast": self._forecast(each.hand.case_id),
            "later": tuple(each.later),
        }
        return ended

    def _approvals(self, case_id: str) -> list[dict[str, Any]]:
        rows = self.offices.review.rows(
            "SELECT body FROM outbox WHERE type = 'CaseApproved' AND body LIKE %s ORDER BY position",
            f'%"case_id":"{case_id}"%',
        )
        return [orjson.loads(body)["data"] for (body,) in rows]

    def _ordered(self, case_id: str) -> list[tuple[Any, ...]]:
        """What treasury is to pay, by payer and receiver."""
        return sorted(
            self.offices.treasury.rows("SELECT tenant, part, amount_fen FROM disbursement WHERE case_id = %s", case_id)
        )

    def _registered(self, each: Carried, source: str) -> float:
        """What counts in the award register for the firm, from this house or from elsewhere."""
        ((fen,),) = self.offices.review.rows(
            "SELECT coalesce(sum(fen), 0)::bigint FROM award_part WHERE uscc = %s AND state = 'reserved'"
            " AND (source = 'imported') = %s",
            each.uscc,
            source == "imported",
        )
        return int(fen) / 100

    def _forecast(self, case_id: str) -> tuple[tuple[int, float], ...]:
        rows = self.offices.review.rows(
            "SELECT body FROM outbox WHERE type = 'CaseAccepted' AND body LIKE %s", f'%"case_id":"{case_id}"%'
        )
        told = [each for (body,) in rows for each in orjson.loads(body)["data"]["forecast"]]
        sums = _sums((each["instalment"], each["amount_fen"]) for each in told)
        return tuple(sorted((number, yuan) for number, yuan in sums.items() if number > 1))

    def _open_tasks(self, case_id: str) -> list[tuple[str, str]]:
        return self.offices.review.rows(
            "SELECT kind, slot FROM case_task WHERE case_id = %s AND state = 'open'", case_id
        )


def end_in(row: Row) -> dict[str, Any]:
    """What a row says, in the same words."""
    ended: dict[str, Any] = {"refused": row.refused, "unpublished": row.unpublished}
    if row.refused:
        return ended
    return ended | {
        "state": "rejected" if row.rejected else "approved",
        "rejected": row.rejected,
        "says": row.says,
        "undone": [],
        "left": [],
        "yuan": row.yuan or 0,
        "bears": dict(row.bears),
        "pays": dict(row.pays or row.bears),
        "receivers": tuple(sorted(row.receivers)),
        "ordered": True,
        "registered": (row.yuan or 0) + sum(each.yuan or 0 for each in row.later),
        "earlier": row.earlier,
        "forecast": row.forecast,
        "later": tuple((each.yuan, each.refused) for each in row.later),
    }


def _sum(told: Iterable[Mapping[str, Any]]) -> float:
    return sum(int(said["amount_fen"]) for said in told) / 100


def _sums(parts: Iterable[tuple[Any, int]]) -> dict[Any, float]:
    sums: defaultdict[Any, int] = defaultdict(int)
    for key, fen in parts:
        sums[key] += fen
    return {key: fen / 100 for key, fen in sums.items() if fen}


def _by_now(said: Any, day: date) -> Any:
    return said if said.as_of < day else said.model_copy(update={"as_of": day - timedelta(days=1)})


def _is_declared(content: PolicyItemContent, fact: Fact) -> bool:
    year = content.rules.reference_year or 0
    fields = content.rules.plan.form_fields
    return any(
        field.fact == fact.name and (not year or absolute_period(field.period, year) == fact.period) for field in fields
    )


def _with_a_basis(content: PolicyItemContent) -> PolicyItemContent:
    assert content.fair_competition is not None
    passed = content.fair_competition.model_copy(update={"conclusion": "passed"})
    return content.model_copy(update={"fair_competition": passed, "local_tax_basis": SUPPOSED})
