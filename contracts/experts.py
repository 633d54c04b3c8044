"""The register of experts from which panels are drawn: a tenant's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.message import Command, Id, Model, Page, PagedQuery, ServiceName, Why

ExpertField = Annotated[str, Field(min_length=1, max_length=60)]
"""What somebody is an expert of, as plans write it."""

CreditCode = Annotated[str, Field(min_length=1, max_length=40)]


class ExpertEntry(Model):
    """What the register says of an expert. `conflicts` are the credit codes of firms that they have declared an interest in;
    `person_id` is who they are where they have an account."""

    name: str = Field(min_length=2, max_length=60)
    employer: str = Field(min_length=2, max_length=120)
    fields: tuple[ExpertField, ...] = Field(min_length=1, max_length=10)
    person_id: Id | None = None
    conflicts: tuple[CreditCode, ...] = Field(default=(), max_length=200)


class ExpertView(ExpertEntry):
    """`retired_at`: they are drawn no more since then."""

    expert_id: Id
    retired_at: datetime | None = None
    retired_why: str = ""
    version: int


class RegisterExpert(Command[ExpertView], ExpertEntry):
    """Put an expert into the register."""

    owner: ClassVar[ServiceName] = "review"


class ChangeExpert(Command[ExpertView], ExpertEntry):
    """Say an expert's entry anew, whole. Panels that were drawn stay as they are."""

    owner: ClassVar[ServiceName] = "review"

    expert_id: Id
    expected_version: int


class RetireExpert(Command[ExpertView]):
    """Draw an expert no more."""

    owner: ClassVar[ServiceName] = "review"

    expert_id: Id
    reason: Why
    expected_version: int


class ExpertPage(Page):
    items: tuple[ExpertView, ...]


class ListExperts(PagedQuery[ExpertPage]):
    """The register's experts by name; `field`: of that one, `retired`: also those who are drawn no more."""

    owner: ClassVar[ServiceName] = "review"

    field: ExpertField | None = None
    retired: bool = False
