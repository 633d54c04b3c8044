"""Courses of papers, and consents to electronic service, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns, own_row
from contracts.case_notices import NoticeFile, NoticeService
from contracts.intake import Claim
from services.review.serving.consent import ServiceConsent
from services.review.serving.course import NoticeCourse, NoticeOpening, PaperNotFound

METADATA = MetaData()

NOTICE_COURSE = Table(
    "notice_course",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("content_sha256", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("files", JSONB, nullable=False),
    Column("services", JSONB, nullable=False),
    Column("openings", JSONB, nullable=False),
    Column("served_at", DateTime(timezone=True)),
    Column("means", Text),
)
ELECTRONIC_SERVICE = Table(
    "electronic_service",
    METADATA,
    *aggregate_columns(),
    Column("address", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", DateTime(timezone=True)),
)

# Two who are first to touch a paper would both begin its course.
HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('notice:' || :id, 0))"

DOCUMENTS: Mapping[str, TypeAdapter[Any]] = {
    "claim": TypeAdapter(Claim),
    "files": TypeAdapter(tuple[NoticeFile, ...]),
    "services": TypeAdapter(tuple[NoticeService, ...]),
    "openings": TypeAdapter(tuple[NoticeOpening, ...]),
}


class NoticeCourses(AggregateStore[NoticeCourse]):
    """Of the papers of the unit of work's tenants."""

    table = NOTICE_COURSE
    aggregate_type = "notice"
    missing = PaperNotFound

    def to_row(self, aggregate: NoticeCourse) -> dict[str, Any]:
        documents = {
            name: adapter.dump_python(getattr(aggregate, name), mode="json") for name, adapter in DOCUMENTS.items()
        }
        return own_row(NOTICE_COURSE, aggregate) | documents

    def from_row(self, row: RowMapping) -> NoticeCourse:
        return course_of(row)


def course_of(row: RowMapping) -> NoticeCourse:
    """A course from its row."""
    documents = {name: adapter.validate_python(row[name]) for name, adapter in DOCUMENTS.items()}
    plain = {name: row[name] for name in NOTICE_COURSE.c.keys() if name not in DOCUMENTS}  # noqa: SIM118 — a collection of columns
    return NoticeCourse(**plain, **documents)


class ServiceConsents(AggregateStore[ServiceConsent]):
    """Consents in the unit of work's tenants."""

    table = ELECTRONIC_SERVICE
    aggregate_type = "electronic_service"

    def to_row(self, aggregate: ServiceConsent) -> dict[str, Any]:
        return own_row(ELECTRONIC_SERVICE, aggregate)

    def from_row(self, row: RowMapping) -> ServiceConsent:
        return ServiceConsent(**{name: row[name] for name in ELECTRONIC_SERVICE.c.keys()})  # noqa: SIM118 — a collection of columns
