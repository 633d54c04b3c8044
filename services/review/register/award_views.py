"""What people see of the register: staff their tenant's rows, an enterprise what it was granted itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import column, select, table, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.award_register import (
    AwardPartPage,
    AwardPartView,
    GetAward,
    ListAwards,
    ListOwnAwards,
    OwnAward,
    OwnAwards,
)
from contracts.refusal import Forbidden, NotFound
from contracts.rule.shares import Level

STAFF = frozenset({"department", "bureau", "supervisor"})
COLUMNS = [
    "tenant",
    "id",
    "what",
    "claim",
    "case_id",
    "uscc",
    "family",
    "item_id",
    "title",
    "part",
    "level",
    "year",
    "instalment",
    "fen",
    "keys",
    "granted_on",
    "source",
    "state",
    "freed_ground",
    "freed_by",
    "freed_at",
    "freed_evidence",
    "recorded_at",
]
AWARD = table("award_part", *map(column, COLUMNS))
FAMILY = table("award_family", column("item_id"), column("family"))
C = AWARD.c
SHOWN = select(AWARD, FAMILY.c.family.label("called")).select_from(
    AWARD.outerjoin(FAMILY, FAMILY.c.item_id == C.item_id)
)

# The codes of the asking enterprise: those that it was granted anything under, and those of its merged files.
CODES = """
SELECT uscc FROM award_part WHERE (filed_in, enterprise_id) = (:tenant, :enterprise_id)
UNION SELECT uscc FROM dossier_code WHERE (tenant, enterprise_id) = (:tenant, :enterprise_id)
"""
OWN = """
SELECT coalesce(f.family, a.family) AS family, a.title, a.part, a.level, a.year, CAST(sum(a.fen) AS bigint) AS fen,
    min(a.granted_on) AS granted_on
FROM award_part a LEFT JOIN award_family f ON f.item_id = a.item_id
WHERE a.tenant = :tenant AND a.uscc = ANY (CAST(:codes AS text[])) AND a.state = 'reserved' AND a.what = 'granted'
GROUP BY a.claim, 1, 2, 3, 4, 5
"""
ELSEWHERE = "SELECT family, part, level, year, fen FROM awards_elsewhere(CAST(:asked AS jsonb))"


class AwardUnknown(NotFound):
    """The register of the tenant has no such row."""

    code = "award_unknown"
    sentence = "登记册中没有这一笔。"


def list_awards(query: ListAwards, reader: Reader) -> AwardPartPage:
    """The last at the top. Raises Forbidden or CursorInvalid."""
    _refuse_strangers(reader)
    statement = SHOWN.where(C.tenant == reader.tenant)
    if query.uscc is not None:
        statement = statement.where(C.uscc == "".join(query.uscc.split()).upper())
    if query.state is not None:
        statement = statement.where(C.state == query.state)
    if (before := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(C.recorded_at, C.id) < tuple_(*before))
    found = reader.execute(statement.order_by(C.recorded_at.desc(), C.id.desc()).limit(query.limit + 1))
    rows, more = cut_page(found.all(), query.limit)
    items = tuple(map(view_of, rows))
    return AwardPartPage(
        items=items, next_cursor=encode_cursor(items[-1].recorded_at, items[-1].award_id) if more else None
    )


def get_award(query: GetAward, reader: Reader) -> AwardPartView:
    """Raises AwardUnknown or Forbidden."""
    _refuse_strangers(reader)
    row = reader.execute(SHOWN.where(C.tenant == reader.tenant, C.id == query.award_id)).first()
    if row is None:
        raise AwardUnknown()
    return view_of(row)


def list_own_awards(query: ListOwnAwards, reader: Reader) -> OwnAwards:
    """Of its own place in full, of others what may be told. Raises Forbidden for whoever is not the enterprise."""
    if reader.actor.enterprise_id != query.enterprise_id:
        raise Forbidden()
    asked = {"tenant": reader.tenant, "enterprise_id": query.enterprise_id}
    codes = sorted(reader.execute(CODES, asked).scalars())
    found = [_own(row) for row in reader.execute(OWN, {"tenant": reader.tenant, "codes": codes})]
    elsewhere = {"ask": 0, "tenant": reader.tenant, "codes": codes, "facts": [], "keys": [], "groups": []}
    told = reader.execute(ELSEWHERE, {"asked": orjson.dumps([elsewhere]).decode()})
    found += [
        OwnAward(family=row.family, part=row.part, level=Level(row.level), year=row.year, amount_fen=row.fen)
        for row in told
    ]
    return OwnAwards(items=tuple(sorted(found, key=lambda each: (-each.year, each.family, each.part or ""))))


def award_in(tenant: str, award_id: str, uow: UnitOfWork) -> AwardPartView:
    """The row as it stands in this transaction. Raises AwardUnknown."""
    row = uow.execute(SHOWN.where(C.tenant == tenant, C.id == award_id)).first()
    if row is None:
        raise AwardUnknown()
    return view_of(row)


def view_of(row: Any) -> AwardPartView:
    return AwardPartView(
        award_id=row.id,
        what=row.what,
        claim_id=row.claim,
        case_id=row.case_id,
        uscc=row.uscc,
        family=row.called or row.family,
        title=row.title,
        part=row.part,
        level=Level(row.level),
        year=row.year,
        instalment=row.instalment,
        amount_fen=row.fen,
        keys=row.keys,
        granted_on=row.granted_on,
        source=row.source,
        state=row.state,
        freed_ground=row.freed_ground,
        freed_by=row.freed_by,
        freed_at=row.freed_at,
        freed_evidence=row.freed_evidence,
        recorded_at=row.recorded_at,
    )


def _own(row: Any) -> OwnAward:
    return OwnAward(
        family=row.family,
        title=row.title,
        part=row.part,
        level=Level(row.level),
        year=row.year,
        amount_fen=row.fen,
        granted_on=row.granted_on,
    )


def _refuse_strangers(reader: Reader) -> None:
    if not reader.actor.roles & STAFF:
        raise Forbidden()
