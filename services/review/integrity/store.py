"""Findings and recovery decisions as rows of the case's tenant."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.read.reader import Reader
from chassis.write.store import AggregateStore, aggregate_columns, own_row, proposal_columns
from contracts.intake import Claim
from contracts.integrity import Evidence, FindingAbout, FindingDecision, FindingDefence, FindingNotice, RecordRequest
from services.review.integrity.finding import OPEN, IntegrityFinding
from services.review.integrity.record import Record
from services.review.integrity.recovery import RecoveryProposal
from services.review.integrity.refusals import (
    FindingNotFound,
    FindingOpenAlready,
    RecoveryAskedAlready,
    RecoveryNotFound,
)

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

FINDING = Table(
    "integrity_finding",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("enterprise_id", Text, nullable=False),
    Column("filed_in", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("ground", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("origin_id", Text),
    Column("about", JSONB, nullable=False),
    Column("facts_zh", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("notice", JSONB),
    Column("defence", JSONB),
    Column("decision", JSONB),
    Column("gravity", Text),
    Column("from_day", Date),
    Column("until_day", Date),
    Column("repairable_from", Date),
    Column("record_state", Text),
    Column("ended_on", Date),
    Column("requests", JSONB, nullable=False),
    Column("requests_open", Integer, nullable=False),
    Column("disputed", Integer, nullable=False),
)

RECOVERY = Table(
    "recovery_decision",
    METADATA,
    *aggregate_columns(),
    Column("finding_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("basis_zh", Text, nullable=False),
    Column("revision", Integer),
    *proposal_columns(),
)

ABOUT: TypeAdapter[tuple[FindingAbout, ...]] = TypeAdapter(tuple[FindingAbout, ...])
PAPERS: TypeAdapter[tuple[Evidence, ...]] = TypeAdapter(tuple[Evidence, ...])
REQUESTS: TypeAdapter[tuple[RecordRequest, ...]] = TypeAdapter(tuple[RecordRequest, ...])
# What payers were told last of a case that is approved and whose decision is known.
RECOVERABLE = """
SELECT coalesce(sum(CAST(e ->> 'amount_fen' AS bigint)), 0)
FROM review_case c CROSS JOIN LATERAL jsonb_array_elements(c.emitted) AS e
WHERE (c.tenant, c.id) = (:tenant, :case_id) AND c.state = 'approved' AND c.undo_until IS NULL
  AND CAST(e ->> 'instalment' AS integer) = c.instalment
"""

PLAIN = ("case_id", "ground", "origin", "origin_id", "facts_zh", "state", "opened_by", "opened_at")


class IntegrityFindings(AggregateStore[IntegrityFinding]):
    """Findings about claims of the tenant's cases."""

    table = FINDING
    aggregate_type = "integrity_finding"
    missing = FindingNotFound
    refusals = {"finding_once": FindingOpenAlready}

    def standing(self, case_id: str, ground: str) -> IntegrityFinding | None:
        """The finding about this claim on this ground that is open, locked."""
        column = self.table.c
        found = self.where(column.case_id == case_id, column.ground == ground, column.state.in_(sorted(OPEN)))
        return found[0] if found else None

    def seen(self, finding_id: str) -> IntegrityFinding:
        """Not locked: whoever changes a finding and its case locks the case first. Raises FindingNotFound."""
        found = self.where(self.table.c.id == finding_id, lock=False)
        if not found:
            raise FindingNotFound()
        return found[0]

    def to_row(self, aggregate: IntegrityFinding) -> dict[str, Any]:
        claim, record = aggregate.claim, aggregate.record_made
        return {
            **{name: getattr(aggregate, name) for name in PLAIN},
            "claim": claim.model_dump(mode="json"),
            **{
                name: getattr(claim, name)
                for name in ("enterprise_id", "filed_in", "uscc", "department", "department_id")
            },
            "about": ABOUT.dump_python(aggregate.about, mode="json"),
            "evidence": PAPERS.dump_python(aggregate.evidence, mode="json"),
            "notice": aggregate.notice.model_dump(mode="json") if aggregate.notice else None,
            "defence": aggregate.defence.model_dump(mode="json") if aggregate.defence else None,
            "decision": aggregate.decision.model_dump(mode="json") if aggregate.decision else None,
            "gravity": aggregate.decision.gravity if aggregate.decision else None,
            "from_day": record.from_day if record else None,
            "until_day": record.until_day if record else None,
            "repairable_from": record.repairable_from if record else None,
            "record_state": record.state if record else None,
            "ended_on": record.ended_on if record else None,
            "requests": REQUESTS.dump_python(aggregate.requests, mode="json"),
            "requests_open": sum(each.state == "open" for each in aggregate.requests),
            "disputed": int(aggregate.disputed),
        }

    def from_row(self, row: RowMapping) -> IntegrityFinding:
        return finding_of(row)


def finding_of(row: RowMapping) -> IntegrityFinding:
    """The finding that a row stands for."""
    record = None
    if row["record_state"] is not None:
        days = {name: row[name] for name in ("from_day", "until_day", "repairable_from", "ended_on")}
        record = Record(**days, state=row["record_state"])
    return IntegrityFinding(
        **AggregateStore.frame_fields(row),
        **{name: row[name] for name in PLAIN},
        claim=Claim.model_validate(row["claim"]),
        about=ABOUT.validate_python(row["about"]),
        evidence=PAPERS.validate_python(row["evidence"]),
        notice=FindingNotice.model_validate(row["notice"]) if row["notice"] else None,
        defence=FindingDefence.model_validate(row["defence"]) if row["defence"] else None,
        decision=FindingDecision.model_validate(row["decision"]) if row["decision"] else None,
        record_made=record,
        requests=REQUESTS.validate_python(row["requests"]),
    )


class RecoveryProposals(AggregateStore[RecoveryProposal]):
    """Decisions that money of a case has to come back."""

    table = RECOVERY
    aggregate_type = "recovery_decision"
    missing = RecoveryNotFound
    refusals = {"recovery_asked_once": RecoveryAskedAlready}

    def of_finding(self, finding_id: str) -> list[RecoveryProposal]:
        """Locked, the latest first."""
        found = self.where(self.table.c.finding_id == finding_id)
        return sorted(found, key=lambda each: (each.proposed_at, each.id), reverse=True)

    def seen(self, recovery_id: str) -> RecoveryProposal:
        """Not locked. Raises RecoveryNotFound."""
        found = self.where(self.table.c.id == recovery_id, lock=False)
        if not found:
            raise RecoveryNotFound()
        return found[0]

    def recoverable(self, finding: IntegrityFinding) -> int:
        """What could be recovered of its case now, in fen."""
        if finding.state != "established":
            return 0
        return int(self._uow.execute(RECOVERABLE, _case_of(finding)).scalar_one())

    def to_row(self, aggregate: RecoveryProposal) -> dict[str, Any]:
        return own_row(self.table, aggregate) | {"claim": aggregate.claim.model_dump(mode="json")}

    def from_row(self, row: RowMapping) -> RecoveryProposal:
        return recovery_of(row)


def recovery_of(row: RowMapping) -> RecoveryProposal:
    """The decision that a row stands for."""
    return RecoveryProposal(**{**row, "claim": Claim.model_validate(row["claim"])})


def recoverable_of(finding: IntegrityFinding, reader: Reader) -> int:
    """What could be recovered of its case now, in fen; nothing of what is not established."""
    if finding.state != "established":
        return 0
    return int(reader.execute(RECOVERABLE, _case_of(finding)).scalar_one())


def _case_of(finding: IntegrityFinding) -> dict[str, str]:
    return {"tenant": finding.tenant, "case_id": finding.case_id}
