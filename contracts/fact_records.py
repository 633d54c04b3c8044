"""The history of an enterprise's facts: nothing is overwritten, what was wrong is withdrawn with its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.enterprises import EnterpriseView
from contracts.message import Command, Id, Model, Page, PagedQuery, ServiceName, Why
from contracts.rule import Fact
from contracts.rule.facts import FactName

FactRecordId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}-[0-9]{1,4}$")]
"""Which record of the dossier: the version of the dossier that added it, and its place in that version."""

FactStanding = Literal["counts", "superseded", "withdrawn"]


class FactRecord(Model):
    """One entry of the dossier: a fact as it was said, who entered it, and what became of it.

    `recorded_for` is the department that the person acted for. `moved_from` is the dossier it was first recorded
    in, when that dossier was merged into this one.
    """

    record_id: FactRecordId
    fact: Fact
    standing: FactStanding
    recorded_by: Id
    recorded_for: str | None
    recorded_at: datetime
    moved_from: Id | None = None
    withdrawn_by: Id | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


class FactHistory(Page):
    items: tuple[FactRecord, ...] = ()


class GetFactHistory(PagedQuery[FactHistory]):
    """Every record of a dossier, the newest first; of one fact when `name` is given."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    name: FactName | None = None


class WithdrawFacts(Command[EnterpriseView]):
    """Take back records that should never have been made; the newest that still stands counts again.

    Whoever recorded them may, another person of the same department, or the approval bureau.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    records: tuple[FactRecordId, ...] = Field(min_length=1, max_length=200)
    reason: Why
