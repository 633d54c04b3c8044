"""Long work as it is kept: one row per operation with its checkpoint, one row per result of a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.operations.domain import Operation, OperationUnknown
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.unit import Unit
from contracts.aggregate import Aggregate
from contracts.message import Actor, ServiceName
from contracts.operations import (
    CancelOperation,
    GetOperation,
    LineResult,
    LineResultPage,
    ListOperationLines,
    OperationView,
    ResumeOperation,
)
from contracts.refusal import Reason


def job_kind(kind: str) -> str:
    """How the timers call the chunks of work of this kind."""
    return f"work:{kind}"


RUN = Table(
    "operation_run",
    MetaData(),
    *aggregate_columns(),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("checkpoint", JSONB),
    Column("total", BigInteger),
    Column("accepted", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("stalls", Integer, nullable=False),
    Column("notice_code", Text),
    Column("notice", Text),
    Column("begun_by", JSONB, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)
OWN_COLUMNS = tuple(str(column.name) for column in RUN.columns if column.name not in Aggregate.__slots__)

INSERT_LINES = (
    'INSERT INTO operation_line (tenant, operation_id, line, ordinal, "column", outcome, code, message, subject_id)'
    ' SELECT :tenant, :id, line, ordinal, "column", outcome, code, message, subject_id FROM json_to_recordset('
    'CAST(:lines AS json)) AS row (line bigint, ordinal smallint, "column" text, outcome text, code text,'
    " message text, subject_id text)"
)


class Operations(AggregateStore[Operation]):
    """A service's long work."""

    table = RUN
    aggregate_type = "operation"
    missing = OperationUnknown

    def to_row(self, aggregate: Operation) -> dict[str, Any]:
        own = {name: getattr(aggregate, name) for name in OWN_COLUMNS}
        return {**own, "begun_by": aggregate.begun_by.model_dump(mode="json")}

    def from_row(self, row: RowMapping) -> Operation:
        return Operation(**{**row, "begun_by": Actor.model_validate(row["begun_by"])})

    def keep_results(self, run: Operation, results: Sequence[LineResult]) -> None:
        """Write what became of a chunk's lines, once: the key is (operation, line, ordinal)."""
        ordinals: dict[int, int] = {}
        rows = []
        for result in results:
            ordinals[result.line] = ordinals.get(result.line, -1) + 1
            rows.append({**result.__dict__, "ordinal": ordinals[result.line]})
        if rows:
            self._uow.execute(INSERT_LINES, {"tenant": run.tenant, "id": run.id, "lines": orjson.dumps(rows).decode()})


def begin(uow: Unit, kind: str, title: str, parameters: Mapping[str, Any]) -> Operation:
    """Put down the work in the command's own transaction; the timers take it up after the commit."""
    run = Operation(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        kind=kind,
        title=title,
        parameters=dict(parameters),
        begun_by=uow.actor,
        begun_at=uow.now,
    )
    uow.of(Operations).save(run)
    uow.schedule(job_kind(kind), run.id, at=uow.now, tenant=run.tenant)
    return run


def view_of(run: Operation, service: str) -> OperationView:
    """How far it is, with where to ask again."""
    here = f"/api/v1/operations/{service}/{run.id}"
    fields = {
        name: getattr(run, name)
        for name in (
            "kind",
            "title",
            "state",
            "total",
            "done",
            "accepted",
            "unchanged",
            "refused",
            "notice_code",
            "notice",
            "begun_at",
            "ended_at",
            "tenant",
            "version",
        )
    }
    return OperationView(
        **fields,
        operation_id=run.id,
        service=cast("ServiceName", service),
        begun_by=run.begun_by.id,
        links={"self": here, "lines": f"{here}/lines", "refused_csv": f"{here}/lines?outcome=refused&format=csv"},
    )


def get_operation(query: GetOperation, reader: Reader, service: str) -> OperationView:
    """Raises OperationUnknown, for another department's as well."""
    return view_of(_own(query.operation_id, reader), service)


def _own(operation_id: str, reader: Reader) -> Operation:
    row = (
        reader.execute(
            "SELECT * FROM operation_run WHERE tenant = :tenant AND id = :id",
            {"tenant": reader.tenant, "id": operation_id},
        )
        .mappings()
        .first()
    )
    if row is None:
        raise OperationUnknown()
    run = Operation(**{**row, "begun_by": Actor.model_validate(row["begun_by"])})
    run.refuse_stranger(reader.actor)
    return run


LINES = (
    'SELECT line, ordinal, "column", outcome, code, message, subject_id FROM operation_line'
    " WHERE tenant = :tenant AND operation_id = :id AND (line, ordinal) > (:line, :ordinal){filter}"
    " ORDER BY line, ordinal LIMIT :limit"
)
LINES_OF_OUTCOME = {
    None: LINES.format(filter=""),
    "refused": LINES.format(filter=" AND outcome = 'refused'"),
    "accepted": LINES.format(filter=" AND outcome = 'accepted'"),
    "unchanged": LINES.format(filter=" AND outcome = 'unchanged'"),
}
"""One text each: the planner uses the index of refused lines only when it reads the word."""


def list_operation_lines(query: ListOperationLines, reader: Reader) -> LineResultPage:
    """Results by line, as far as the work has come. Raises OperationUnknown, CursorInvalid."""
    _own(query.operation_id, reader)
    line, ordinal = decode_cursor(query.cursor, int, int) or (0, -1)
    rows = (
        reader.execute(
            LINES_OF_OUTCOME[query.outcome],
            {
                "tenant": reader.tenant,
                "id": query.operation_id,
                "line": line,
                "ordinal": ordinal,
                "limit": query.limit + 1,
            },
        )
        .mappings()
        .all()
    )
    shown, more = cut_page(rows, query.limit)
    return LineResultPage(
        lines=tuple(LineResult.model_validate(dict(row)) for row in shown),
        next_cursor=encode_cursor(shown[-1]["line"], shown[-1]["ordinal"]) if more else None,
    )


def cancel_operation(cmd: CancelOperation, uow: Unit, service: str) -> OperationView:
    """Stop after the chunk in hand. Raises OperationUnknown or OperationEnded."""
    runs = uow.of(Operations)
    run = runs.get(cmd.operation_id)
    run.refuse_stranger(uow.actor)
    run.cancel(uow.now)
    uow.unschedule(job_kind(run.kind), run.id, tenant=run.tenant)
    runs.save(run)
    return view_of(run, service)


def resume_operation(cmd: ResumeOperation, uow: Unit, service: str) -> OperationView:
    """Go on at the checkpoint. Raises OperationUnknown or OperationNotFailed."""
    runs = uow.of(Operations)
    run = runs.get(cmd.operation_id)
    run.refuse_stranger(uow.actor)
    run.resume()
    uow.schedule(job_kind(run.kind), run.id, at=uow.now, tenant=run.tenant)
    runs.save(run)
    return view_of(run, service)


@dataclass(slots=True)
class LineFaults:
    """Everything that is wrong with one line, gathered while it is read."""

    line: int
    reasons: list[Reason] = field(default_factory=list)

    def add(self, code: str, message: str, column: str | None = None) -> None:
        self.reasons.append(Reason(code=code, message=message, field=column))

    def results(self, subject_id: str | None = None) -> list[LineResult]:
        return [
            LineResult(
                line=self.line,
                column=each.field,
                outcome="refused",
                code=each.code,
                message=each.message,
                subject_id=subject_id,
            )
            for each in self.reasons
        ]
