"""An enterprise's name changes (名称变更): asked for with the register's notice by one person, confirmed by another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from contracts.message import Command, Event, Id, Model, Page, PagedQuery, ServiceName, Why
from contracts.names import SEEN_WHOLE, OrganisationName
from contracts.uploads import Sha256

NameChangeState = Literal["proposed", "confirmed", "declined"]
"""待复核 · 已确认 · 已退回."""

NoticeNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80), SEEN_WHOLE]
"""The number of the register's notice of change (变更登记通知书文号), as it is printed."""


class NameChangeView(Model):
    """`effective_on` is the day from which the new name holds; `notice_on` the day of the register's notice.

    `sha256` is the upload that shows the notice, where one was kept.
    """

    change_id: Id
    enterprise_id: Id
    uscc: str
    former_name: str
    name: str
    effective_on: date
    notice: str
    notice_on: date
    sha256: str | None = None
    state: NameChangeState
    proposed_by: Id
    proposed_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    version: int


class ProposeNameChange(Command[NameChangeView]):
    """Say that the enterprise is called otherwise, by the register's notice of change. Nothing changes until a second
    person has confirmed it. Neither day may be later than today.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    name: OrganisationName
    effective_on: date
    notice: NoticeNumber
    notice_on: date
    sha256: Sha256 | None = None
    apart_from: str | None = Field(default=None, max_length=32)


class ConfirmNameChange(Command[NameChangeView]):
    """A second person has seen the notice: from now on the enterprise is called so, and its former name is kept."""

    owner: ClassVar[ServiceName] = "catalog"

    change_id: Id
    expected_version: int | None = None


class DeclineNameChange(Command[NameChangeView]):
    """Somebody, the proposer included, says no."""

    owner: ClassVar[ServiceName] = "catalog"

    change_id: Id
    reason: Why


class NameChangePage(Page):
    items: tuple[NameChangeView, ...] = ()


class ListNameChanges(PagedQuery[NameChangePage]):
    """The changes of names of this place, or of one enterprise, the newest first."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id | None = None
    state: NameChangeState | None = None


class EnterpriseRenamed(Event):
    """The enterprise is called otherwise. What was filed under the former name stays as it was filed."""

    aggregate: ClassVar[str] = "enterprise"

    enterprise_id: Id
    former_name: str
    name: str
    effective_on: date
    changed_at: datetime


class NameChangeConfirmed(Event):
    """The same for those who keep what was filed and not the enterprise itself."""

    aggregate: ClassVar[str] = "enterprise_name_change"

    enterprise_id: Id
    uscc: str
    former_name: str
    name: str
    effective_on: date
