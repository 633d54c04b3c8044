"""Review's tables of cases: the case, its answers, and the journal of its deadline."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import aggregate_columns

METADATA = MetaData()

REVIEW_CASE = Table(
    "review_case",
    METADATA,
    *aggregate_columns(),
    Column("claim", JSONB, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("facts", JSONB, nullable=False),
    Column("recorders", JSONB, nullable=False),
    Column("payee", JSONB(none_as_null=True)),
    Column("asked_fen", BigInteger),
    Column("assessment", JSONB, nullable=False),
    Column("parameters", JSONB(none_as_null=True)),
    Column("named_payees", JSONB, nullable=False),
    Column("accounts", JSONB, nullable=False),
    Column("receivers", JSONB, nullable=False),
    Column("emitted", JSONB, nullable=False),
    Column("decisions", JSONB, nullable=False),
    Column("paid_before", JSONB(none_as_null=True)),
    Column("remarks", JSONB, nullable=False),
    Column("obstacles", JSONB, nullable=False),
    Column("inspection_required", Boolean, nullable=False),
    Column("inspection", JSONB(none_as_null=True)),
    Column("award_period", Text, nullable=False),
    Column("review_limit", JSONB(none_as_null=True)),
    Column("received_at", DateTime(timezone=True)),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("effective_receipt", DateTime(timezone=True)),
    Column("clock", JSONB(none_as_null=True)),
    Column("pauses", JSONB, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("awaits_year", Integer),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("note", Text, nullable=False),
    Column("listed_by", Text),
    Column("cites", JSONB, nullable=False),
    Column("how_to_object", Text, nullable=False),
    Column("certificate", Text),
    Column("grounds", JSONB, nullable=False),
    Column("remedies", JSONB(none_as_null=True)),
    Column("notice_number", Text),
    Column("commitments", JSONB, nullable=False),
    Column("credit_commitment", Boolean, nullable=False),
    Column("materials", JSONB, nullable=False),
    Column("tasks", JSONB, nullable=False),
    Column("tasks_given", Integer, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("first_case_id", Text),
    Column("undo_until", DateTime(timezone=True)),
    Column("reopened_at", DateTime(timezone=True)),
)

CASE_ANSWER = Table(
    "case_answer",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("slot", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
)
"""Answers to the steps of cases, in the order in which they were given. The service may add to them and change nothing."""

DEADLINE_MOVE = Table(
    "review_deadline_move",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("was", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("awaits_year", Integer),
    Column("reason", Text, nullable=False),
    Column("moved_at", DateTime(timezone=True), nullable=False),
)
"""The journal of deadlines: `version` is the case's, by whose audit fact the move is sealed."""
