"""Notices and objections as rows of the case's tenant."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    any_,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns, own_row
from contracts.public_notices import NoticeContact
from contracts.rule import TimeLimit
from services.review.public_notices.notice import NoticeNotFound, StandingNotice
from services.review.public_notices.objection import NoticeObjection, ObjectionNotFound

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

PUBLIC_NOTICE = Table(
    "public_notice",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("contacts", JSONB, nullable=False),
    Column("name", Text, nullable=False),
    Column("amount_fen", BigInteger),
    Column("published_fen", BigInteger),
    Column("receivers", JSONB, nullable=False),
    Column("period", JSONB, nullable=False),
    Column("first_day_counts", Boolean, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("ends_at", INSTANT),
    Column("awaits_year", Integer),
    Column("told", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("objections", Integer, nullable=False),
    Column("open_objections", Integer, nullable=False),
    Column("anew", Text, nullable=False),
    Column("ended_at", INSTANT),
    Column("ended_why", Text, nullable=False),
)

NOTICE_OBJECTION = Table(
    "notice_objection",
    METADATA,
    *aggregate_columns(),
    Column("notice_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("number", Text, nullable=False),
    Column("code_digest", Text, nullable=False),
    Column("name_sealed", Text, nullable=False),
    Column("name_masked", Text, nullable=False),
    Column("contact_sealed", Text, nullable=False),
    Column("contact_masked", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("material_sha256", Text),
    Column("raised_at", INSTANT, nullable=False),
    Column("state", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", INSTANT),
)


class StandingNotices(AggregateStore[StandingNotice]):
    """Notices of the unit of work's tenants. Whoever locks one has locked its case before."""

    table = PUBLIC_NOTICE
    aggregate_type = "public_notice"
    missing = NoticeNotFound

    def case_of(self, notice_id: str) -> str:
        """The case of a notice, nothing locked. Raises NoticeNotFound."""
        found = self.where(self.table.c.id == notice_id, lock=False)
        if not found:
            raise NoticeNotFound()
        return found[0].case_id

    def running_of(self, case_ids: Collection[str]) -> dict[tuple[str, int], StandingNotice]:
        """Those of these cases that have not ended, by case and step."""
        if not case_ids:
            return {}
        c = self.table.c
        running = c.state == literal("running", literal_execute=True)
        found = self.where(c.case_id == any_(literal(sorted(set(case_ids)), ARRAY(Text))), running)
        return {(each.case_id, each.step): each for each in found}

    def last_of(self, case_id: str) -> list[StandingNotice]:
        """All notices of the case, the one published last in front."""
        found = self.where(self.table.c.case_id == case_id)
        return sorted(found, key=lambda each: (each.published_at, each.id), reverse=True)

    def running_after(self, after: str, limit: int) -> list[tuple[str, str]]:
        """(id, case) of notices that have not ended, next after this id."""
        c = self.table.c
        running = c.state == literal("running", literal_execute=True)
        statement = select(c.id, c.case_id).where(self.of_tenants, running, c.id > after).order_by(c.id).limit(limit)
        return [(row.id, row.case_id) for row in self._uow.execute(statement)]

    def to_row(self, aggregate: StandingNotice) -> dict[str, Any]:
        return {
            **own_row(self.table, aggregate),
            "contacts": [each.model_dump(mode="json") for each in aggregate.contacts],
            "receivers": [list(each) for each in aggregate.receivers],
            "period": aggregate.period.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> StandingNotice:
        return StandingNotice(**dict(row) | read_parts(row))


def read_parts(row: RowMapping) -> dict[str, Any]:
    """What a notice's row keeps as JSON, as it is."""
    return {
        "contacts": tuple(NoticeContact.model_validate(each) for each in row["contacts"]),
        "receivers": tuple((part, holder, fen) for part, holder, fen in row["receivers"]),
        "period": TimeLimit.model_validate(row["period"]),
    }


class NoticeObjections(AggregateStore[NoticeObjection]):
    """Objections of the unit of work's tenants."""

    table = NOTICE_OBJECTION
    aggregate_type = "notice_objection"
    missing = ObjectionNotFound

    def case_of(self, objection_id: str) -> str:
        """The case that it is about, nothing locked. Raises ObjectionNotFound."""
        found = self.where(self.table.c.id == objection_id, lock=False)
        if not found:
            raise ObjectionNotFound()
        return found[0].case_id

    def open_of(self, notice_ids: Collection[str]) -> list[NoticeObjection]:
        """Those of these notices that nobody has answered."""
        if not notice_ids:
            return []
        c = self.table.c
        wanted = any_(literal(sorted(set(notice_ids)), ARRAY(Text)))
        return self.where(c.notice_id == wanted, c.state == literal("open", literal_execute=True))

    def of_case(self, case_id: str) -> list[NoticeObjection]:
        """All of a case, the first raised in front."""
        return sorted(self.where(self.table.c.case_id == case_id), key=lambda each: (each.raised_at, each.id))

    def to_row(self, aggregate: NoticeObjection) -> dict[str, Any]:
        return own_row(self.table, aggregate)

    def from_row(self, row: RowMapping) -> NoticeObjection:
        return NoticeObjection(**dict(row))
