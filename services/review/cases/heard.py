"""What was heard of enterprises' facts (`fact_changes` keeps it), and lines of lists that have to take it up before they are granted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged
from contracts.message import TenantId
from services.review.cases.case import Case
from services.review.cases.moving import MovingCases
from services.review.cases.news import FactsOfCase, with_news
from services.review.item_copies.item import PinnedItem

KEPT = timedelta(days=2)
"""How long what no claim rests on is kept: longer than a claim is on its way from intake, whose copies it was filed on."""

# From a case's firm to the dossiers that it was merged into, which are those that are spoken of since.
HEARD = """
WITH RECURSIVE firm AS (
    SELECT k.case_id, k.tenant, k.id, k.since
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(case_id text, tenant text, id text, since timestamptz)
    UNION SELECT f.case_id, f.tenant, m.surviving_id, f.since FROM firm f
    JOIN merged_enterprise m ON (m.tenant, m.absorbed_id) = (f.tenant, f.id))
SELECT f.case_id, h.said FROM firm f
JOIN heard_facts h ON (h.tenant, h.enterprise_id) = (f.tenant, f.id) WHERE h.heard_at >= f.since
ORDER BY f.case_id, h.number
"""

ELSEWHERE = "SELECT case_id FROM heard_elsewhere(CAST(:rows AS jsonb))"


class EnterpriseOfCase(NamedTuple):
    """Whose facts are asked for: the dossier in the place that keeps it, and since when."""

    case_id: str
    tenant: TenantId
    enterprise_id: str
    since: datetime


class HeardSince:
    """What was heard of enterprises' facts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of_enterprises(self, enterprises: Iterable[EnterpriseOfCase]) -> Mapping[str, list[EnterpriseFactsChanged]]:
        """By case, what was heard of these enterprises of the unit's places, in the order of hearing."""
        found: defaultdict[str, list[EnterpriseFactsChanged]] = defaultdict(list)
        if rows := _rows(enterprises):
            for row in self._uow.execute(HEARD, {"rows": orjson.dumps(rows).decode()}):
                found[row.case_id].append(EnterpriseFactsChanged.model_validate(row.said))
        return found

    def elsewhere(self, enterprises: Iterable[EnterpriseOfCase]) -> frozenset[str]:
        """The cases of whose enterprises something was heard, in whatever place: no more is told of it."""
        if rows := _rows(enterprises):
            return frozenset(self._uow.execute(ELSEWHERE, {"rows": orjson.dumps(rows).decode()}).scalars())
        return frozenset()


def since(case: Case) -> datetime:
    """From when on what was heard may be newer than what it was filed on."""
    return case.received_at - KEPT


def with_news_to_take_up(lines: Sequence[tuple[Case, PinnedItem]], uow: UnitOfWork) -> frozenset[str]:
    """Those of these new lines that rest on facts of which review has heard otherwise since intake's copy. They are marked: the job
    that takes up facts judges them, in a unit of work that names the firm's place as well."""
    if not lines:
        return frozenset()
    enterprises = {
        case.id: EnterpriseOfCase(case.id, case.claim.filed_in, case.claim.enterprise_id, since(case))
        for case, _ in lines
    }
    heard = uow.of(HeardSince).of_enterprises(each for each in enterprises.values() if each.tenant in uow.tenants)
    moved = set(uow.of(HeardSince).elsewhere(each for each in enterprises.values() if each.tenant not in uow.tenants))
    for case, item in lines:
        known, rules = FactsOfCase(case.facts, case.recorders), item.rules
        news = heard.get(case.id, ())
        if news and with_news(known, news, rules.fact_types_by_name, rules.plan.reference_date) != known:
            moved.add(case.id)
    uow.of(MovingCases).mark([(case.tenant, case.id) for case, _item in lines if case.id in moved])
    return frozenset(moved)


def _rows(enterprises: Iterable[EnterpriseOfCase]) -> list[dict[str, object]]:
    return [
        {"case_id": each.case_id, "tenant": each.tenant, "id": each.enterprise_id, "since": each.since}
        for each in enterprises
    ]
