"""Rows of what was granted: written once; later only whether they still count.

`reserved` counts. `replaced`: another row says it since (a higher revision, what is still ahead after an instalment).
`pending`: a lower revision, which counts once what was granted before is freed. `freed`: never sent, or recovered. A row that is
replaced says by which decision, and counts again when that decision is undone.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson

from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.review.register.awards import AwardAsked, GrantedAward

COLUMNS = """tenant text, id text, what text, claim text, case_id text, filed_in text, enterprise_id text, uscc text,
 item_id text, family text, title text, part text, level text, year integer, period text, instalment integer,
 revision integer, number integer, fen bigint, claim_year integer, schedule integer, whole_fen bigint, keys jsonb,
 groups jsonb, records jsonb, granted_on date, source text, recorded_at timestamptz, state text"""
NAMES = ", ".join(column.split()[0] for column in COLUMNS.split(","))

INSERT = f"""
INSERT INTO award_part ({NAMES}) SELECT {NAMES} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r ({COLUMNS})
ORDER BY tenant, id ON CONFLICT DO NOTHING RETURNING tenant, id, uscc
"""

# What counts of these claims by now: of this instalment, and of those before it.
BEFORE = """
SELECT k.tenant, k.case_id,
    coalesce(sum(a.fen) FILTER (WHERE a.what = 'granted' AND a.instalment < k.instalment), 0) AS before_fen,
    coalesce(sum(a.fen) FILTER (WHERE a.instalment = k.instalment AND a.revision < k.revision), 0) AS now_fen
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(tenant text, case_id text, claim text, instalment integer, revision integer)
JOIN award_part a ON (a.tenant, a.claim) = (k.tenant, k.claim) AND a.state = 'reserved'
GROUP BY 1, 2
"""

# What was ahead is now said by the instalment; what a revision said, by the next one unless that is lower.
REPLACE = """
UPDATE award_part a SET state = 'replaced', replaced_by = k.decision, replaced_was = a.state
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(tenant text, claim text, decision text, instalment integer, revision integer,
    lower boolean)
WHERE (a.tenant, a.claim) = (k.tenant, k.claim) AND a.state IN ('reserved', 'pending')
  AND ((a.what = 'ahead' AND a.instalment < k.instalment)
    OR (a.instalment = k.instalment AND a.revision < k.revision AND (a.state = 'pending' OR NOT k.lower)))
"""

FREE = """
UPDATE award_part SET state = 'freed', freed_ground = :ground, freed_by = :by, freed_evidence = :evidence, freed_at = :now
WHERE case_id = ANY (CAST(:case_ids AS text[])) AND state IN ('reserved', 'pending')
  AND (CAST(:revision AS integer) IS NULL OR revision <= :revision)
  AND (CAST(:instalment AS integer) IS NULL OR instalment = :instalment)
RETURNING tenant, uscc
"""
# What an undone decision said counts no more, and what it had put aside counts as it did.
UNDO = """
UPDATE award_part SET state = 'freed', freed_ground = 'never_sent', freed_by = :by, freed_evidence = :evidence, freed_at = :now
WHERE tenant = :tenant AND case_id = :case_id AND instalment = :instalment AND revision = :revision
  AND state IN ('reserved', 'pending')
RETURNING tenant, uscc
"""
RESTORE = """
UPDATE award_part SET state = replaced_was, replaced_by = NULL, replaced_was = NULL
WHERE tenant = :tenant AND claim = :claim AND state = 'replaced' AND replaced_by = :decision RETURNING tenant, uscc
"""
# By the cases, never by way of the index of states: of pending ones there are few, but not for ever.
LET_IN = """
UPDATE award_part SET state = 'reserved'
WHERE case_id = ANY (CAST(:case_ids AS text[])) AND concat(state) = 'pending' RETURNING tenant, uscc
"""
LEAVE = """
DELETE FROM award a WHERE a.case_id = ANY (CAST(:case_ids AS text[])) AND NOT EXISTS (SELECT FROM award_part p
    WHERE (p.tenant, p.case_id) = (a.tenant, a.case_id) AND p.state = 'reserved')
"""

Person = tuple[TenantId, str]
"""A tenant, and the credit code of somebody whose awards have moved there."""


class AwardParts:
    """What was granted, part by part."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, granted: Collection[GrantedAward]) -> set[Person]:
        """The same award again changes nothing. → whose awards have moved."""
        later = [each for each in granted if each.instalment > 1 or each.revision > 1]
        before = self._before(later)
        lower = {
            (each.tenant, each.case_id)
            for each in later
            if each.fen + sum(fen for _, fen in self._ahead(each, before)) < before.get(_key(each), (0, 0))[1]
        }
        rows = [row for each in granted for row in self._rows(each, before, _key(each) in lower)]
        new = self._insert(rows)
        moved = [
            each for each in later if any((each.tenant, row["id"]) in new for row in self._rows(each, before, False))
        ]
        self._uow.execute(REPLACE, {"rows": _json([_asked(each, _key(each) in lower) for each in moved])})
        return {(row["tenant"], row["uscc"]) for row in rows if (row["tenant"], row["id"]) in new}

    def insert(self, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
        """Rows as they are; → (tenant, id) of those that were not there."""
        return self._insert(rows)

    def free(self, case_ids: Collection[str], which: Mapping[str, int | None], why: Mapping[str, str]) -> set[Person]:
        """Free what counts of these cases, and the place with it where nothing is left.

        `which`: up to what revision, and of what instalment, or all. What stands in a lower revision counts from now on.
        """
        asked = {"case_ids": sorted(case_ids)}
        moved = {
            (row.tenant, row.uscc) for row in self._uow.execute(FREE, {**asked, **which, **why, "now": self._uow.now})
        }
        moved |= {(row.tenant, row.uscc) for row in self._uow.execute(LET_IN, asked)}
        self._uow.execute(LEAVE, asked)
        return moved

    def undo(self, asked: AwardAsked, revision: int, why: Mapping[str, str]) -> set[Person]:
        """As if this decision of the case had not been made. → whose awards have moved."""
        decision = {
            "tenant": asked.tenant,
            "case_id": asked.case_id,
            "claim": asked.claim_id,
            "instalment": asked.instalment,
            "revision": revision,
            "decision": _decision(asked.case_id, asked.instalment, revision),
        }
        freed = self._uow.execute(UNDO, {**decision, **why, "now": self._uow.now}).fetchall()
        restored = self._uow.execute(RESTORE, decision).fetchall()
        self._uow.execute(LEAVE, {"case_ids": [asked.case_id]})
        return {(row.tenant, row.uscc) for row in (*freed, *restored)}

    def _insert(self, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
        if not rows:
            return set()
        return {(row.tenant, row.id) for row in self._uow.execute(INSERT, {"rows": _json(rows)})}

    def _before(self, later: Sequence[GrantedAward]) -> dict[Person, tuple[int, int]]:
        if not later:
            return {}
        rows = self._uow.execute(BEFORE, {"rows": _json([_asked(each, False) for each in later])})
        return {(row.tenant, row.case_id): (int(row.before_fen), int(row.now_fen)) for row in rows}

    def _ahead(self, each: GrantedAward, before: Mapping[Person, tuple[int, int]]) -> list[tuple[str | None, int]]:
        return each.ahead(before.get(_key(each), (0, 0))[0])

    def _rows(
        self, each: GrantedAward, before: Mapping[Person, tuple[int, int]], lower: bool
    ) -> Iterator[dict[str, Any]]:
        """One for each part, then for each part of what is ahead; one for what becomes of an instalment that pays nothing."""
        told = [("granted", part, fen) for part, fen in each.parts]
        told += [("ahead", part, fen) for part, fen in self._ahead(each, before)]
        if each.records and not each.parts:
            told = [("record", None, 0), *told]
        for number, (what, part, fen) in enumerate(told, 1):
            yield _of_claim(each) | {
                "id": f"{_decision(each.case_id, each.instalment, each.revision)}-{number}",
                "what": what,
                "part": part,
                "fen": fen,
                "number": number,
                "records": [record.model_dump(mode="json") for record in each.records] if number == 1 else [],
                "recorded_at": self._uow.now,
                "state": "pending" if lower else "reserved",
            }


def _of_claim(each: GrantedAward) -> dict[str, Any]:
    claim = each.claim
    return {
        "tenant": each.tenant,
        "claim": claim.application_id,
        "case_id": each.case_id,
        "filed_in": claim.filed_in,
        "enterprise_id": claim.enterprise_id,
        "uscc": claim.uscc,
        "item_id": claim.item_id,
        "family": each.family,
        "title": each.title,
        "level": each.level,
        "year": each.counted_year,
        "period": each.period,
        "instalment": each.instalment,
        "revision": each.revision,
        "claim_year": each.claim_year,
        "schedule": each.schedule,
        "whole_fen": each.whole_fen,
        "keys": [key.model_dump(mode="json") for key in each.keys],
        "groups": list(each.groups),
        "granted_on": each.granted_on,
        "source": "review",
    }


def _decision(case_id: str, instalment: int, revision: int) -> str:
    return f"{case_id}-{instalment}-{revision}"


def imported_id(*words: object) -> str:
    """The same line is the same award, whichever file says it."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(("imported-award", *map(str, words)))))


def _key(each: GrantedAward) -> Person:
    return each.tenant, each.case_id


def _asked(each: GrantedAward, lower: bool) -> dict[str, Any]:
    return {
        "tenant": each.tenant,
        "case_id": each.case_id,
        "claim": each.claim.application_id,
        "decision": _decision(each.case_id, each.instalment, each.revision),
        "instalment": each.instalment,
        "revision": each.revision,
        "lower": lower,
    }


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
