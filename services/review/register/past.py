"""What persons in law were granted before, as the rules read it: the own tenant's rows in full, of others what may be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from chassis.write.uow import UnitOfWork
from contracts.money import Money
from contracts.rule import Award, AwardHistory, AwardKey, InstalmentRecord, Level
from services.review.register.awards import AwardAsked
from services.review.register.persons import LegalPerson

BY_KEY = "SET LOCAL enable_seqscan = off"
"""What is asked for is named by key. A plan that was made while there was little reads all of it for each of thousands."""

ANOTHER = "#another"
"""The value of a key of another tenant's award that is none of ours: whose it is, nobody is told."""

# Code by code, whatever the planner thinks of a table that is young.
OWN = """
SELECT k.ask, a.claim, a.item_id, coalesce(f.family, a.family) AS family, a.part, a.level, a.year, a.keys, a.groups,
    min(a.granted_on) AS granted_on, CAST(sum(a.fen) AS bigint) AS fen
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(ask integer, tenant text, claim text, codes text[])
CROSS JOIN LATERAL unnest(k.codes) AS code
JOIN LATERAL (SELECT * FROM award_part p WHERE p.uscc = code OFFSET 0) AS a
    ON a.tenant = k.tenant AND a.state = 'reserved' AND a.what <> 'record' AND a.claim <> k.claim
LEFT JOIN award_family f ON f.item_id = a.item_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""

ELSEWHERE = "SELECT * FROM awards_elsewhere(CAST(:rows AS jsonb))"

OF_OTHERS = "SELECT * FROM awards_of_others(CAST(:rows AS jsonb))"

# The latest word on each instalment of the claim itself that is over.
INSTALMENTS = """
SELECT DISTINCT ON (k.ask, a.instalment) k.ask, a.instalment, a.records, a.claim_year, a.schedule, a.whole_fen
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(ask integer, tenant text, claim text, instalment integer)
JOIN award_part a ON (a.tenant, a.claim) = (k.tenant, k.claim) AND a.instalment < k.instalment AND a.number = 1
    AND a.state IN ('reserved', 'pending')
ORDER BY k.ask, a.instalment, a.revision DESC
"""


class ByKey:
    """Says so once in a transaction. A savepoint that is undone takes it back, and this with it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._said = False

    def say(self) -> None:
        if not self._said:
            self._uow.execute(BY_KEY)
            self._said = True


class Past:
    """Histories for many claims in a few statements."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of(self, asked: Sequence[AwardAsked], persons: Mapping[str, LegalPerson]) -> dict[str, AwardHistory]:
        """By case. A claim never finds itself; what it was paid before stands in its instalments alone."""
        self._uow.of(ByKey).say()
        rows = orjson.dumps(
            [_row(number, each, persons[each.case_id].codes) for number, each in enumerate(asked)]
        ).decode()
        awards: dict[int, list[Award]] = {}
        for row in self._uow.execute(OWN, {"rows": rows}):
            awards.setdefault(row.ask, []).append(_own_award(row, asked[row.ask]))
        for row in self._uow.execute(ELSEWHERE, {"rows": rows}):
            awards.setdefault(row.ask, []).append(_award_elsewhere(row, asked[row.ask]))
        of_others = self._of_others(asked, persons)
        told = self._instalments(asked)
        return {
            each.case_id: with_what_the_case_knows(
                AwardHistory.model_validate(
                    {
                        "family": each.family,
                        "claim": each.claim_id,
                        "awards": tuple(sorted(awards.get(number, ()), key=_order)),
                        "of_others": tuple(of_others.get(number, ())),
                        **told.get(number, {}),
                    }
                ),
                each.paid_before,
            )
            for number, each in enumerate(asked)
        }

    def _of_others(self, asked: Sequence[AwardAsked], persons: Mapping[str, LegalPerson]) -> dict[int, list[Award]]:
        """What others were granted for keys that serve once whoever has them."""
        rows = [
            {
                "ask": number,
                "codes": list(persons[each.case_id].codes),
                "keys": [key.model_dump(mode="json") for key in keys],
            }
            for number, each in enumerate(asked)
            if (keys := each.keys_for_all)
        ]
        found: dict[int, list[Award]] = {}
        if rows:
            for row in self._uow.execute(OF_OTHERS, {"rows": orjson.dumps(rows).decode()}):
                found.setdefault(row.ask, []).append(_award_of_another(row, asked[row.ask]))
        return found

    def _instalments(self, asked: Sequence[AwardAsked]) -> dict[int, dict[str, Any]]:
        later = [
            {"ask": number, "tenant": each.tenant, "claim": each.claim_id, "instalment": each.instalment}
            for number, each in enumerate(asked)
            if each.instalment > 1
        ]
        if not later:
            return {}
        found: dict[int, dict[str, Any]] = {}
        for row in self._uow.execute(INSTALMENTS, {"rows": orjson.dumps(later).decode()}):
            first = {
                "claim_year": row.claim_year,
                "schedule": row.schedule,
                "whole": Money(row.whole_fen) if row.whole_fen is not None else None,
                "instalments": (),
            }
            told = found.setdefault(row.ask, first)
            told["instalments"] += tuple(InstalmentRecord.model_validate(each) for each in row.records)
        return found


def with_what_the_case_knows(registered: AwardHistory, known: AwardHistory | None) -> AwardHistory:
    """What the register says of an instalment counts before what its case knew; of those that it has not heard of, the case says
    how they ended: refused and skipped ones are no awards."""
    if known is None:
        return registered
    by_number = {each.number: each for each in (*known.instalments, *registered.instalments)}
    return registered.model_copy(
        update={
            "instalments": tuple(by_number[number] for number in sorted(by_number)),
            "claim_year": known.claim_year if registered.claim_year is None else registered.claim_year,
            "schedule": known.schedule if registered.schedule is None else registered.schedule,
            "whole": known.whole if registered.whole is None else registered.whole,
        }
    )


def _row(number: int, each: AwardAsked, codes: Sequence[str]) -> dict[str, Any]:
    return {
        "ask": number,
        "tenant": each.tenant,
        "claim": each.claim_id,
        "codes": list(codes),
        "facts": list(each.key_facts),
        "keys": [key.model_dump(mode="json") for key in each.keys],
        "groups": list(each.groups),
    }


def _own_award(row: Any, asked: AwardAsked) -> Award:
    return Award(
        family=asked.family if row.item_id == asked.claim.item_id else row.family,
        level=Level(row.level),
        year=row.year,
        money=Money(row.fen),
        granted_on=row.granted_on,
        keys=tuple(AwardKey.model_validate(key) for key in row.keys),
        groups=tuple(row.groups),
        part=row.part,
        claim=row.claim,
    )


def _award_elsewhere(row: Any, asked: AwardAsked) -> Award:
    """As far as it may be told: which of our keys it was for, and of which facts it says that it was for something else."""
    ours = asked.keys
    matched = [ours[place - 1] for place in row.matched]
    others = set(row.told) - {key.fact for key in matched}
    return Award(
        family=row.family,
        level=Level(row.level),
        year=row.year,
        money=Money(row.fen),
        granted_on=date(row.year, 12, 31),
        keys=(*matched, *(AwardKey(fact=fact, value=ANOTHER) for fact in sorted(others))),
        groups=tuple(row.in_groups),
        part=row.part,
        claim=f"elsewhere-{row.award}",
    )


def _award_of_another(row: Any, asked: AwardAsked) -> Award:
    """That there is one, of which item, part and year: neither whose it is nor what it comes to."""
    ours = asked.keys_for_all
    return Award(
        family=row.family,
        level=Level(row.level),
        year=row.year,
        money=Money(0),
        granted_on=date(row.year, 12, 31),
        keys=tuple(ours[place - 1] for place in row.matched),
        part=row.part,
        claim=f"of-others-{row.award}",
    )


def _order(award: Award) -> tuple[Any, ...]:
    return award.granted_on, award.family, award.claim or "", award.part or ""
