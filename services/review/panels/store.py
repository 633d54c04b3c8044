"""The register of experts and panels as rows."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.panels import PanelCriterion
from services.review.panels.expert import Expert, ExpertUnknown, PersonIsExpertAlready
from services.review.panels.panel import CasePanel, Conclusion, DrawnExpert, PanelUnknown, Recusal, ScoreSheet

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

EXPERT = Table(
    "expert",
    METADATA,
    *aggregate_columns(),
    Column("name", Text, nullable=False),
    Column("employer", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("person_id", Text),
    Column("conflicts", JSONB, nullable=False),
    Column("retired_at", INSTANT),
    Column("retired_why", Text, nullable=False),
)

CASE_PANEL = Table(
    "case_panel",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("members", Integer, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("criteria", JSONB, nullable=False),
    Column("pass_score", Text, nullable=False),
    Column("sets", Text),
    Column("seed", Text, nullable=False),
    Column("register_hash", Text, nullable=False),
    Column("drawn", JSONB, nullable=False),
    Column("left_out", JSONB, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("drawn_at", INSTANT, nullable=False),
    Column("state", Text, nullable=False),
    Column("recusals", JSONB, nullable=False),
    Column("sheets", JSONB, nullable=False),
    Column("conclusion", JSONB(none_as_null=True)),
)

EXPERT_OWN = ("name", "employer", "person_id", "retired_at", "retired_why")
DOCUMENTS: dict[str, TypeAdapter[Any]] = {
    "criteria": TypeAdapter(tuple[PanelCriterion, ...]),
    "drawn": TypeAdapter(tuple[DrawnExpert, ...]),
    "left_out": TypeAdapter(tuple[str, ...]),
    "recusals": TypeAdapter(tuple[Recusal, ...]),
    "sheets": TypeAdapter(tuple[ScoreSheet, ...]),
    "conclusion": TypeAdapter(Conclusion | None),
}
FRAME = ("tenant", "id", "version", "sequence", "traceparent")
PANEL_OWN = tuple(str(each.name) for each in CASE_PANEL.c if each.name not in DOCUMENTS and each.name not in FRAME)


class Experts(AggregateStore[Expert]):
    """The tenant's register."""

    table = EXPERT
    aggregate_type = "expert"
    missing = ExpertUnknown
    refusals = {"expert_person_once": PersonIsExpertAlready}

    def all(self) -> list[Expert]:
        """Whoever can be drawn; nothing is locked: the draw keeps what it was drawn from."""
        return self.where(self.table.c.retired_at.is_(None), lock=False)

    def to_row(self, aggregate: Expert) -> dict[str, Any]:
        lists = {"fields": list(aggregate.fields), "conflicts": list(aggregate.conflicts)}
        return {**{name: getattr(aggregate, name) for name in EXPERT_OWN}, **lists}

    def from_row(self, row: RowMapping) -> Expert:
        return expert_of(row)


class DrawnPanels(AggregateStore[CasePanel]):
    table = CASE_PANEL
    aggregate_type = "case_panel"
    missing = PanelUnknown

    def peek(self, panel_id: str) -> CasePanel:
        """Unlocked: a case is locked before its panels. Raises PanelUnknown."""
        found = self.where(self.table.c.id == panel_id, lock=False)
        if not found:
            raise PanelUnknown()
        return found[0]

    def of_step(self, case_id: str, step: int) -> list[CasePanel]:
        """The earliest first."""
        found = self.where(self.table.c.case_id == case_id, self.table.c.step == step)
        return sorted(found, key=lambda each: (each.drawn_at, each.id))

    def to_row(self, aggregate: CasePanel) -> dict[str, Any]:
        documents = {
            name: adapter.dump_python(getattr(aggregate, name), mode="json") for name, adapter in DOCUMENTS.items()
        }
        return {**{name: getattr(aggregate, name) for name in PANEL_OWN}, **documents}

    def from_row(self, row: RowMapping) -> CasePanel:
        return panel_of(row)


def expert_of(row: RowMapping) -> Expert:
    lists: dict[str, Any] = {"fields": tuple(row["fields"]), "conflicts": tuple(row["conflicts"])}
    return Expert(**AggregateStore.frame_fields(row), **{name: row[name] for name in EXPERT_OWN}, **lists)


def panel_of(row: RowMapping) -> CasePanel:
    read = {name: adapter.validate_python(row[name]) for name, adapter in DOCUMENTS.items()}
    return CasePanel(**AggregateStore.frame_fields(row), **{name: row[name] for name in PANEL_OWN}, **read)
