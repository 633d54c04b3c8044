"""Answers to joint checks as rows of the tenant that gave them: the service may add to them and change nothing."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text, insert, select

from chassis.write.uow import UnitOfWork
from services.review.joint_checks.check import GivenAnswer

METADATA = MetaData()

JOINT_CHECK_ANSWER = Table(
    "joint_check_answer",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("task_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("slot", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("ground", Text),
    Column("condition", Text),
    Column("basis", Text),
    Column("remark", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("by", Text, nullable=False),
    Column("by_system", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
NAMES = tuple(each.name for each in fields(GivenAnswer))


def given_of(row: RowMapping) -> GivenAnswer:
    """The answer that a row stands for."""
    return GivenAnswer(**{name: row[name] for name in NAMES})


class JointAnswers:
    """Answers of the unit of work's tenants, in the order in which they were given."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of_task(self, tenant: str, task_id: str) -> list[GivenAnswer]:
        c = JOINT_CHECK_ANSWER.c
        wanted = select(JOINT_CHECK_ANSWER).where(c.tenant == tenant, c.task_id == task_id).order_by(c.number)
        return [given_of(row) for row in self._uow.execute(wanted).mappings()]

    def add(self, given: GivenAnswer) -> None:
        """Keep it, sealed in the journal."""
        row = {name: getattr(given, name) for name in NAMES}
        self._uow.execute(insert(JOINT_CHECK_ANSWER).values(row))
        told = {name: value for name, value in row.items() if name not in ("tenant", "by")}
        self._uow.entered(given.tenant, "joint_check_answer", f"{given.task_id}/{given.number}", told)
