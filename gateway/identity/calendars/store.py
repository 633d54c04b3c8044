"""Rows of published calendars, as their owner keeps them; what is in force is read from what every service has learned."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.calendars import CalendarDay
from gateway.identity.calendars.domain import PublishedCalendar, calendar_id

METADATA = MetaData()

PUBLISHED_CALENDAR = Table(
    "published_calendar",
    METADATA,
    *aggregate_columns(),
    Column("year", Integer, nullable=False),
    Column("days", JSONB, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)


class PublishedCalendars(AggregateStore[PublishedCalendar]):
    """A year of the nation's or of a tenant's in its newest version; each version is in the audit."""

    table = PUBLISHED_CALENDAR
    aggregate_type = "calendar"

    def to_row(self, aggregate: PublishedCalendar) -> dict[str, Any]:
        return {
            "year": aggregate.year,
            "days": [day.model_dump(mode="json") for day in aggregate.days],
            "document_number": aggregate.document_number,
            "why": aggregate.why,
            "published_by": aggregate.published_by,
            "published_at": aggregate.published_at,
        }

    def from_row(self, row: RowMapping) -> PublishedCalendar:
        return PublishedCalendar(
            **self.frame_fields(row),
            year=row["year"],
            days=tuple(CalendarDay.model_validate(day) for day in row["days"]),
            document_number=row["document_number"],
            why=row["why"],
            published_by=row["published_by"],
            published_at=row["published_at"],
        )

    def of_year(self, tenant: str, year: int) -> PublishedCalendar:
        """What the tenant has published for the year, locked; or a calendar of which nothing is published yet."""
        id = calendar_id(tenant, year)
        return self.get_many([id]).get(id) or PublishedCalendar.of(tenant, year)
