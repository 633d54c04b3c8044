"""What was heard of firms' facts, which cases rest on which firm, and how cases' facts have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged
from contracts.message import TenantId
from services.review.cases.case import Case
from services.review.cases.heard import EnterpriseOfCase, HeardSince
from services.review.fact_changes.domain import MovedFact

HEARING = 7204002
"""The lock that those who hear share: whoever holds it alone knows that all who have not seen a new case are done."""

SHARE = f"SELECT pg_advisory_xact_lock_shared({HEARING})"
ALONE = f"SELECT pg_advisory_xact_lock({HEARING})"

# One statement for a batch: kept, joined with the cases that rest on these firms, and those marked. Facts are told of the
# surviving dossier; a case that was filed under an absorbed one rests on them as well.
HEAR = """
WITH RECURSIVE told AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(place integer, tenant text, id text, said jsonb)),
kept AS (
    INSERT INTO heard_facts (tenant, enterprise_id, heard_at, said)
    SELECT tenant, id, :now, said FROM told ORDER BY place),
firm AS (
    SELECT tenant, id FROM told
    UNION SELECT f.tenant, m.absorbed_id FROM firm f
    JOIN merged_enterprise m ON (m.tenant, m.surviving_id) = (f.tenant, f.id)),
found AS MATERIALIZED (
    SELECT c.case_tenant, c.case_id, c.tenant, c.is_open, c.awaits_instalment FROM firm f
    JOIN case_claimant c ON (c.tenant, c.enterprise_id) = (f.tenant, f.id) WHERE c.is_open OR c.awaits_instalment),
marked AS (
    INSERT INTO moving_case (case_tenant, case_id, mark)
    SELECT case_tenant, case_id, gen_random_uuid()::text FROM found WHERE is_open ORDER BY case_tenant, case_id
    ON CONFLICT (case_tenant, case_id) DO UPDATE SET mark = EXCLUDED.mark)
SELECT * FROM found ORDER BY case_tenant, case_id
"""

CLAIMANTS = "SELECT * FROM case_claimant WHERE case_id = ANY (:ids) ORDER BY case_tenant, case_id"
OF_CODES = "SELECT * FROM case_claimant WHERE uscc = ANY (:codes) AND is_open ORDER BY case_tenant, case_id"
AWAIT = """
UPDATE case_claimant SET awaits_instalment = :awaits
WHERE case_tenant = :tenant AND case_id = :case AND awaits_instalment <> :awaits
"""

# What no case rests on is kept for a while: a claim on its way may have been filed on older facts.
FORGET = """
DELETE FROM heard_facts h WHERE h.heard_at < :before AND NOT EXISTS (
    WITH RECURSIVE firm AS (
        SELECT h.tenant, h.enterprise_id AS id
        UNION SELECT f.tenant, m.absorbed_id FROM firm f
        JOIN merged_enterprise m ON (m.tenant, m.surviving_id) = (f.tenant, f.id))
    SELECT FROM firm f JOIN case_claimant c ON (c.tenant, c.enterprise_id) = (f.tenant, f.id))
"""

CHANGED = """
INSERT INTO case_fact_change (tenant, case_id, name, period, was, now, counts, changed_at)
SELECT r.tenant, r.case_id, r.name, r.period, r.was, r.now, r.counts, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(place integer, tenant text, case_id text, name text, period text,
    was jsonb, now jsonb, counts text) ORDER BY r.place
"""


class Claimant(NamedTuple):
    """Which firm a case is of. `tenant` keeps the firm's dossier, `case_tenant` the case."""

    case_tenant: TenantId
    case_id: str
    tenant: TenantId
    enterprise_id: str
    uscc: str
    is_open: bool
    awaits_instalment: bool


class RestsOnIt(NamedTuple):
    """A case that rests on a firm of which something was heard, or a claim whose next instalment does."""

    case_tenant: TenantId
    case_id: str
    tenant: TenantId
    is_open: bool
    awaits_instalment: bool


class HeardFacts(HeardSince):
    """The same for whoever hears, and takes up what was heard."""

    def hear(self, events: Sequence[Received[EnterpriseFactsChanged]]) -> list[RestsOnIt]:
        """Keep these, and mark the open cases that rest on them; → the cases and claims that have to look at them."""
        self._uow.execute(SHARE)
        rows = [
            {"place": place, "tenant": event.tenant, "id": event.data.enterprise_id, "said": event.envelope.data}
            for place, event in enumerate(events)
        ]
        found = self._uow.execute(HEAR, {"rows": orjson.dumps(rows).decode(), "now": self._uow.now})
        return [RestsOnIt(**row._mapping) for row in found]

    def wait_for_hearers(self) -> None:
        """Until all who hear now are done: whoever begins later sees the cases that are there now."""
        self._uow.execute(ALONE)

    def of_claims(self, claims: Iterable[tuple[Claimant, datetime]]) -> Mapping[str, list[EnterpriseFactsChanged]]:
        """By case, what was heard of its firm since that instant, in the order of hearing."""
        return self.of_enterprises(
            EnterpriseOfCase(each.case_id, each.tenant, each.enterprise_id, at) for each, at in claims
        )

    def forget(self, before: datetime) -> None:
        """What was heard before that and no claim rests on."""
        self._uow.execute(FORGET, {"before": before})


class Claimants:
    """Which cases rest on which firms; kept by the database itself, whichever way a case begins or ends."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of_cases(self, case_ids: Collection[str]) -> dict[str, Claimant]:
        found = self._uow.execute(CLAIMANTS, {"ids": sorted(set(case_ids))})
        return {row.case_id: Claimant(**row._mapping) for row in found}

    def open_of_codes(self, codes: Collection[str]) -> list[Claimant]:
        """The open cases of these firms, in whatever tenant."""
        found = self._uow.execute(OF_CODES, {"codes": sorted(set(codes))})
        return [Claimant(**row._mapping) for row in found]

    def await_instalment(self, case: Case, *, awaits: bool) -> None:
        """Whether a later instalment of this claim waits for facts that move."""
        self._uow.execute(AWAIT, {"tenant": case.tenant, "case": case.id, "awaits": awaits})


class FactChanges:
    """How the facts of cases have changed since they were filed. The service may add to it and change nothing."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, moved: Iterable[tuple[Case, MovedFact]]) -> None:
        rows = [
            {
                "place": place,
                "tenant": case.tenant,
                "case_id": case.id,
                "name": each.name,
                "period": each.period,
                "was": each.was.model_dump(mode="json") if each.was is not None else None,
                "now": each.now.model_dump(mode="json") if each.now is not None else None,
                "counts": each.counts,
            }
            for place, (case, each) in enumerate(moved)
        ]
        if rows:
            self._uow.execute(CHANGED, {"rows": orjson.dumps(rows).decode(), "at": self._uow.now})
