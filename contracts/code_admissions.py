"""Credit codes that fail their own check (校验不符的信用代码): asked for by one person, admitted by another."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.enterprise_lookup import TypedCreditCode
from contracts.materials import Sha256
from contracts.message import Command, Id, Model, Page, PagedQuery, ServiceName, Why
from contracts.names import OrganisationName

CodeAdmissionState = Literal["asked", "admitted", "declined"]
"""待复核 · 已核准 · 未核准."""


class CodeEvidence(Model):
    """The paper on which the code stands (证照): what it is called, its number, who issued it and on which day.

    `sha256` names the upload of its picture, where there is one.
    """

    document: str = Field(min_length=2, max_length=120)
    number: str = Field(min_length=1, max_length=60)
    issuer: str = Field(min_length=2, max_length=80)
    issued_on: date
    sha256: Sha256 | None = None


class CodeAdmissionView(Model):
    """One code that was asked for, and what became of it. `wrong` says in Chinese what does not fit GB 32100."""

    admission_id: Id
    uscc: str
    name: str
    wrong: str
    evidence: CodeEvidence
    reason: str
    state: CodeAdmissionState
    asked_by: Id
    asked_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    version: int


class AskCodeAdmission(Command[CodeAdmissionView]):
    """Say that a code which fails its own check is real: it stands so on the paper that was seen.

    Nothing passes by it until a second person has admitted the code. `name` is what the paper calls the enterprise.
    """

    owner: ClassVar[ServiceName] = "catalog"

    uscc: TypedCreditCode
    name: OrganisationName
    evidence: CodeEvidence
    reason: Why


class AdmitCode(Command[CodeAdmissionView]):
    """A second person has seen the paper: from then on the code passes wherever an enterprise is registered here."""

    owner: ClassVar[ServiceName] = "catalog"

    admission_id: Id
    expected_version: int | None = None


class DeclineCodeAdmission(Command[CodeAdmissionView]):
    """Somebody, the one who asked included, says no."""

    owner: ClassVar[ServiceName] = "catalog"

    admission_id: Id
    reason: Why


class CodeAdmissionPage(Page):
    items: tuple[CodeAdmissionView, ...] = ()


class ListCodeAdmissions(PagedQuery[CodeAdmissionPage]):
    """The codes that were asked for in this place, the newest first."""

    owner: ClassVar[ServiceName] = "catalog"

    state: CodeAdmissionState | None = None
