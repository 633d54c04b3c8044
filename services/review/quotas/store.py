"""Places of quotas as rows: written once; later only whether they still count.

`allotted`: a fixed batch keeps the place while its case is open or granted. `held`: granted. `short`: refused since the pot did
not reach it, and takes nothing. `freed`: counts no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import orjson

from chassis.write.uow import UnitOfWork
from contracts.money import Money
from contracts.rule import Fact, FactSheet
from copies.departments import Database
from rules.batches import needs_batch
from services.review.quotas.domain import Order, OwnPlace, PotUse, QuotaClaim, QuotaKey, QuotasKnown

QUOTA_MOVED = "quota_moved"
"""The job by which the open cases of an item are looked at again. Its subject is the item's family."""

# In the order of the locks' numbers: two who want the same several wait for each other and never in a circle.
HOLD = """
SELECT pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended(name, 7204024) AS lock FROM unnest(CAST(:names AS text[])) AS name ORDER BY lock) AS locks
"""

ASKED = "jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(tenant text, family text)"

# A place that was allotted counts as long as its case may still be granted.
USED = f"""
SELECT u.tenant, u.family, u.number, sum(u.takes) AS takes, count(*) AS places
FROM {ASKED} JOIN quota_use u ON (u.tenant, u.family) = (k.tenant, k.family) AND u.state IN ('allotted', 'held')
WHERE u.state = 'held' OR EXISTS (SELECT FROM review_case c
    WHERE (c.tenant, c.id) = (u.tenant, u.case_id)
      AND (c.state IN ('received', 'accepted', 'approved') OR (c.state = 'rejected' AND c.undo_until IS NOT NULL)))
GROUP BY 1, 2, 3
"""

SHORT = f"""
SELECT u.tenant, u.family, u.number, u.filed_at, u.case_id, u.takes
FROM {ASKED} JOIN quota_use u ON (u.tenant, u.family) = (k.tenant, k.family) AND u.state = 'short'
"""

# Who is refused stands in the queue until it is said: the refusal may be undone.
WAITING = """
SELECT c.id, coalesce(c.received_at, c.accepted_at) AS filed_at, c.assessment -> 'amount' AS amount, c.asked_fen,
    CASE WHEN :measured THEN c.facts END AS facts
FROM review_case c WHERE c.tenant = :tenant AND c.item_id = :item AND c.instalment = 1
"""
OPEN = f"""
{WAITING} AND c.state IN ('received', 'accepted')
UNION ALL {WAITING} AND c.state = 'rejected' AND c.undo_until IS NOT NULL
"""

PLACES = """
SELECT u.case_id, u.number, u.state, u.fen, u.takes, u.batch_id, b.name AS batch, l.place
FROM quota_use u LEFT JOIN quota_batch b ON (b.tenant, b.id) = (u.tenant, u.batch_id)
LEFT JOIN quota_batch_line l ON (l.tenant, l.batch_id, l.case_id) = (u.tenant, u.batch_id, u.case_id)
WHERE u.tenant = ANY (CAST(:tenants AS text[])) AND u.case_id = ANY (CAST(:case_ids AS text[]))
  AND u.state IN ('allotted', 'held')
"""

UNSERVED = """
SELECT DISTINCT ON (l.case_id, b.number) l.case_id, b.number, b.name, l.reason, l.outcome
FROM quota_batch_line l JOIN quota_batch b ON (b.tenant, b.id) = (l.tenant, l.batch_id)
WHERE l.tenant = ANY (CAST(:tenants AS text[])) AND l.case_id = ANY (CAST(:case_ids AS text[]))
  AND b.state = 'fixed' AND l.outcome IN ('not_served', 'undetermined')
ORDER BY l.case_id, b.number, b.decided_at DESC
"""

COLUMNS = "tenant text, family text, number integer, case_id text, filed_at timestamptz, fen bigint, takes numeric, state text, batch_id text, revision integer"
NAMES = ", ".join(column.split()[0] for column in COLUMNS.split(", "))

# What was kept for these before and counts, or was short, is said by the new row. What may have been paid is not given back because
# less is granted now, or nothing.
REPLACE = f"""
UPDATE quota_use u SET state = 'freed', replaced_by = k.revision, replaced_was = CASE WHEN k.revision IS NOT NULL THEN u.state END
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k({COLUMNS})
WHERE (u.tenant, u.case_id, u.number) = (k.tenant, k.case_id, k.number) AND u.state IN ('allotted', 'held', 'short')
  AND NOT (u.state = 'held' AND (k.state = 'short' OR u.takes > k.takes))
"""

INSERT = f"""
INSERT INTO quota_use ({NAMES}, recorded_at) SELECT {NAMES}, :now
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k({COLUMNS})
WHERE NOT EXISTS (SELECT FROM quota_use u
    WHERE (u.tenant, u.case_id, u.number) = (k.tenant, k.case_id, k.number) AND u.state = 'held')
ORDER BY tenant, case_id, number
"""

# With the award: nothing is left of it in the register, or nothing of it was ever there.
FREE = """
UPDATE quota_use u SET state = 'freed'
WHERE u.tenant = ANY (CAST(:tenants AS text[])) AND u.case_id = ANY (CAST(:case_ids AS text[]))
  AND u.state IN ('allotted', 'held') AND NOT EXISTS (SELECT FROM award_part p
    WHERE p.case_id = u.case_id AND p.tenant = u.tenant AND p.state IN ('reserved', 'pending'))
RETURNING u.tenant, u.family
"""

# A grant that is undone: what it took counts no more, and what it had put aside (the place of a batch, a former grant) does.
UNDO = """
UPDATE quota_use SET state = 'freed' WHERE tenant = :tenant AND case_id = :case_id AND state = 'held' AND revision = :revision
RETURNING tenant, family
"""
RESTORE = """
UPDATE quota_use SET state = replaced_was, replaced_by = NULL, replaced_was = NULL
WHERE tenant = :tenant AND case_id = :case_id AND state = 'freed' AND replaced_by = :revision RETURNING tenant, family
"""


class QuotaUses:
    """Places and pots that claims have taken. Whoever grants holds the quotas first, after the persons in law."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, claims: Sequence[QuotaClaim], tenants: Sequence[str]) -> QuotasKnown:
        """All that is needed to say how these stand: a few statements, however many they are."""
        if not claims:
            return QuotasKnown()
        families = sorted({(each.tenant, each.family) for each in claims})
        asked = {"rows": _json([{"tenant": tenant, "family": family} for tenant, family in families])}
        queue = self._queues(claims)
        ids = {each.case_id for each in claims} | {each.case_id for line in queue.values() for each in line}
        which = {"tenants": list(tenants), "case_ids": sorted(ids)}
        places = {
            (row.case_id, row.number): OwnPlace(row.state, row.fen, Fraction(row.takes), row.batch_id, _placed(row))
            for row in self._database.execute(PLACES, which)
        }
        unserved = {
            (row.case_id, row.number): (row.name, row.reason) for row in self._database.execute(UNSERVED, which)
        }
        return QuotasKnown(self._used(asked), self._short(asked), queue, places, unserved)

    def used(self, tenant: str, family: str, number: int) -> PotUse:
        """What is gone of one quota."""
        asked = {"rows": _json([{"tenant": tenant, "family": family}])}
        return self._used(asked).get(QuotaKey(tenant, family, number), PotUse())

    def _used(self, asked: Mapping[str, str]) -> dict[QuotaKey, PotUse]:
        return {
            QuotaKey(row.tenant, row.family, row.number): PotUse(Fraction(row.takes), row.places)
            for row in self._database.execute(USED, asked)
        }

    def _short(self, asked: Mapping[str, str]) -> dict[QuotaKey, list[tuple[Order, Fraction]]]:
        found: defaultdict[QuotaKey, list[tuple[Order, Fraction]]] = defaultdict(list)
        for row in self._database.execute(SHORT, asked):
            key = QuotaKey(row.tenant, row.family, row.number)
            found[key].append(((row.filed_at, row.case_id), Fraction(row.takes)))
        return dict(found)

    def _queues(self, claims: Sequence[QuotaClaim]) -> dict[tuple[str, str], list[QuotaClaim]]:
        """The open claims of each item; whoever has them in hand knows them better."""
        found: dict[tuple[str, str], list[QuotaClaim]] = {}
        for tenant, family, item in sorted({(each.tenant, each.family, each.item_id) for each in claims}):
            rules = {id(each.rules): each.rules for each in claims if each.item_id == item and each.rules is not None}
            quotas = [quota for version in rules.values() for quota in version.quotas]
            if all(needs_batch(quota) for quota in quotas):
                found[tenant, family] = []
                continue
            measured = any(quota.measure is not None or quota.part is not None for quota in quotas)
            rows = self._database.execute(OPEN, {"tenant": tenant, "item": item, "measured": measured})
            queue = {row.id: _waiting(row, tenant, family, item) for row in rows}
            found[tenant, family] = list(queue.values())
        return found


class QuotaPlaces(QuotaUses):
    """The same for whoever grants: places are taken and given back."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow)
        self._uow = uow

    def hold(self, families: Collection[tuple[str, str]]) -> None:
        """Until the end of the transaction nobody else takes anything of the quotas of these items, whatever their version."""
        if families:
            names = sorted(f"quota\x1f{tenant}\x1f{family}" for tenant, family in families)
            self._uow.execute(HOLD, {"names": names}).fetchall()

    def take(self, rows: Iterable[dict[str, Any]]) -> None:
        """Keep what cases take, or that they fell short; what was kept of them before counts no more."""
        if kept := list(rows):
            asked = {"rows": _json(kept)}
            self._uow.execute(REPLACE, asked)
            self._uow.execute(INSERT, {**asked, "now": self._uow.now})
            self.moved({(row["tenant"], row["family"]) for row in kept})

    def free(self, case_ids: Collection[str]) -> None:
        """Give back the places of cases of which nothing is granted any more."""
        if case_ids:
            asked = {"tenants": list(self._uow.tenants), "case_ids": sorted(case_ids)}
            self.moved({(row.tenant, row.family) for row in self._uow.execute(FREE, asked)})

    def undo(self, tenant: str, case_id: str, revision: int) -> None:
        """The grant of this revision is undone: the case has of its quotas what it had before."""
        asked = {"tenant": tenant, "case_id": case_id, "revision": revision}
        if gone := {(row.tenant, row.family) for row in self._uow.execute(UNDO, asked)}:
            self._uow.execute(RESTORE, asked)
            self.moved(gone)

    def moved(self, families: Collection[tuple[str, str]]) -> None:
        """The other open cases of these items are looked at again, right after the commit."""
        now = self._uow.now
        self._uow.schedule_many(QUOTA_MOVED, [(tenant, family, now) for tenant, family in sorted(families)])


def _placed(row: Any) -> str:
    return f"“{row.batch}”第 {row.place} 位，" if row.batch_id is not None else ""


def _waiting(row: Any, tenant: str, family: str, item: str) -> QuotaClaim:
    """What it takes at most: the rule's amount, else what was asked for, else the most that it can come to."""
    known = (row.amount["money"], row.asked_fen, row.amount.get("highest"))
    fen = next((each for each in known if each is not None), None)
    facts = tuple(Fact.model_validate(each) for each in row.facts) if row.facts is not None else ()
    return QuotaClaim(
        case_id=row.id,
        tenant=tenant,
        family=family,
        item_id=item,
        filed_at=row.filed_at,
        money=None if fen is None else Money(fen),
        parts={each["part"]: Money(each["money"]) for each in row.amount.get("parts", ()) if each["part"]},
        facts=FactSheet(facts=facts, reference_year=row.filed_at.year) if row.facts is not None else None,
    )


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
