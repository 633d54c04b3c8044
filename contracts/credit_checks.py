"""双随机: claims that were granted on credit are verified afterwards, cases and checkers drawn by chance, results published.

"Checks at random, of checkers at random, and their results in public" (双随机、一公开) is how the State Council has inspections of
enterprises made (国发〔2019〕5号).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.duties import Attention
from contracts.materials import Sha256
from contracts.message import Command, Cursor, Event, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.public_notices import OfOnePlace

CheckState = Literal["to_check", "to_confirm", "done"]
"""待核查 · 待另一名核查人员确认 · 已办结."""

CheckOutcome = Literal["as_pledged", "not_as_pledged"]
"""与承诺相符 · 与承诺不符."""

Findings = Annotated[str, Field(min_length=10, max_length=2000)]


class CheckerView(Model):
    """Somebody who was drawn. Who has recused checks no more, and the next of the draw has come in."""

    person_id: Id
    recused_why: str | None = None


class CreditCheckView(Model):
    """One claim that was drawn. `checkers` are all who were drawn for it so far, the two who check it last.

    `outcome` and `findings` are what one of them has recorded; they count once the other has confirmed them. `disputed` is why
    the other did not, the last time. `due_at` is absent while the working days of its year are not published.
    """

    check_id: Id
    draw_id: Id
    case_id: Id
    receipt: str
    uscc: str
    enterprise_name: str
    decided_at: datetime
    state: CheckState
    checkers: tuple[CheckerView, ...]
    due_at: datetime | None
    outcome: CheckOutcome | None = None
    findings: str = ""
    evidence: tuple[Sha256, ...] = ()
    disputed: str = ""
    recorded_by: Id | None = None
    confirmed_by: Id | None = None
    done_at: datetime | None = None
    version: int


class CreditDrawView(Model):
    """A draw. Anybody can draw again: cases stand in the order of SHA-256 over `seed`, `cases_hash` and each case's id, and the
    first `percent` of a hundred of them, rounded up, are checked; checkers of a case in that of `seed`, `people_hash`, the case's
    and each person's id. `cases_hash` and `people_hash` are SHA-256 of the sorted ids, one a line.

    `drawn_from` are the cases, `people` those who could check. `published_at`: since when its results are public.
    """

    draw_id: Id
    tenant: TenantId
    item_id: Id
    item_title: str
    department: str
    decided_from: date
    decided_to: date
    percent: int
    seed: str
    cases_hash: str
    people_hash: str
    drawn_from: tuple[Id, ...]
    people: tuple[Id, ...]
    checks: tuple[CreditCheckView, ...] = ()
    checked: int
    failed: int
    done: int
    drawn_by: Id
    drawn_at: datetime
    published_at: datetime | None = None
    version: int


class DrawCreditChecks(Command[CreditDrawView]):
    """Draw among the item's claims that were granted on credit and told between two days (both included), and that no draw has
    been made from yet. The item says how many of a hundred are drawn. For each two people of the department are drawn who have
    had nothing to do with it.
    """

    owner: ClassVar[ServiceName] = "review"

    item_id: Id
    decided_from: date
    decided_to: date


class RecuseChecker(Command[CreditDrawView]):
    """A checker withdraws, or the leader takes one off before anything was recorded; the next of the same draw comes in."""

    owner: ClassVar[ServiceName] = "review"

    check_id: Id
    person_id: Id
    reason: Why
    expected_version: int


class RecordCreditCheck(Command[CreditDrawView]):
    """One of the two records what they found; `evidence` are hashes of uploads."""

    owner: ClassVar[ServiceName] = "review"

    check_id: Id
    outcome: CheckOutcome
    findings: Findings
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=30)
    expected_version: int


class ConfirmCreditCheck(Command[CreditDrawView]):
    """The other confirms it, or says what is otherwise: then it is recorded anew. What is confirmed as not pledged opens an
    integrity finding. With its last check a draw is published.
    """

    owner: ClassVar[ServiceName] = "review"

    check_id: Id
    agrees: bool
    note: str = Field(default="", max_length=1000)
    expected_version: int


class GetCreditDraw(Query[CreditDrawView]):
    """One draw with all its checks."""

    owner: ClassVar[ServiceName] = "review"

    draw_id: Id


class ItemAwaitingDraw(Model):
    item_id: Id
    item_title: str
    cases: int
    first_decided_on: date
    last_decided_on: date


class CreditDrawPage(Page):
    """`waiting`: items with claims that were granted on credit and that no draw has been made from."""

    items: tuple[CreditDrawView, ...] = ()
    waiting: tuple[ItemAwaitingDraw, ...] = ()


class ListCreditDraws(PagedQuery[CreditDrawPage]):
    """The draws of the actor's department, without their checks: the latest at the top."""

    owner: ClassVar[ServiceName] = "review"


class CreditCheckPage(Model):
    items: tuple[CreditCheckView, ...] = ()


class ListMyCreditChecks(Query[CreditCheckPage]):
    """The checks that the actor was drawn for and that are not done; what is due first at the top, at most 200."""

    owner: ClassVar[ServiceName] = "review"


class PublishedCheck(Model):
    """One result as everybody reads it: natural persons are masked."""

    name: str
    outcome: CheckOutcome
    done_on: date


class PublishedDraw(Model):
    """A draw whose results are public."""

    draw_id: Id
    tenant: TenantId
    item_id: Id
    item_title: str
    department: str
    decided_from: date
    decided_to: date
    percent: int
    cases: int
    seed: str
    cases_hash: str
    results: tuple[PublishedCheck, ...]
    published_at: datetime


class PublishedDraws(Page):
    items: tuple[PublishedDraw, ...] = ()


class ListPublishedDraws(PagedQuery[PublishedDraws], OfOnePlace):
    """The results of one place's checks, those published last at the top. Public."""

    owner: ClassVar[ServiceName] = "review"

    cursor: Cursor | None = None
    limit: int = Field(default=20, ge=1, le=50)


class CreditChecksDrawn(Event):
    """Claims that were granted on credit have been drawn; those who were drawn for them check them until `due_at`."""

    aggregate: ClassVar[str] = "credit_draw"

    draw_id: Id
    item_id: Id
    item_title: str
    department: str
    checks: int
    drawn_from: int
    due_at: datetime | None = None
    attention: Attention | None = None


class CreditChecksPublished(Event):
    """All of a draw are done, and what was found is public."""

    aggregate: ClassVar[str] = "credit_draw"

    draw_id: Id
    item_title: str
    department: str
    checks: int
    failed: int
