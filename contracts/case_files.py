"""Opening a whole case file from outside the department: by discipline and audit, under a document of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.case_sheet import CaseSheet
from contracts.message import Command, Id, Model, Query, ServiceName, Why

DocumentNumber = Annotated[str, Field(min_length=4, max_length=60)]
"""The number of the paper under which a file is asked for (调阅文书号), e.g. 章纪函〔2026〕12号."""


class OpenedCaseFile(Model):
    """The file may be read by this person until `until`."""

    case_id: Id
    document_number: str
    opened_at: datetime
    until: datetime


class ReadCaseFile(Query[CaseSheet]):
    """The file that this person has opened under a document a short while ago: the gateway, which has written that down,
    sees to it before it asks."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class OpenCaseFile(Command[OpenedCaseFile]):
    """Read the whole file of a case (调阅案卷). That it was read is seen by the auditor of the reader's own department
    and by nobody else."""

    owner: ClassVar[ServiceName] = "gateway"

    case_id: Id
    document_number: DocumentNumber
    reason: Why
