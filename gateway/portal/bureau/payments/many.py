"""Several payments under one signature: looked at together, released one by one, each with its own key and outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from contracts.message import Id, Model
from contracts.refusal import Refused
from contracts.treasury import (
    AuthoriseDisbursement,
    DisbursementSummary,
    DisbursementView,
    ListDisbursements,
    SummariseDisbursements,
)
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted, problem_of
from gateway.portal.shell.figures import yuan
from gateway.portal.shell.time_left import TimeLeft, times_left

AT_ONCE = 50
"""So many at most under one signature: a page of the list, and what its page says before the click."""

Key = Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9-]+$")]


class ChosenPayment(Model):
    """One line as it was ticked. `key` is its own idempotency key; `seen` what stood there when it was ticked."""

    disbursement_id: Id
    version: int
    key: Key
    seen: str = Field(default="", max_length=400)
    chosen: bool = False


class ChosenPayments(Model):
    rows: tuple[ChosenPayment, ...] = Field(min_length=1, max_length=AT_ONCE)


@dataclass(frozen=True)
class Outcome:
    """What came of one: done, refused, or that nobody knows yet."""

    kind: Literal["done", "refused", "unknown"]
    message: str
    sent: ChosenPayment


@dataclass(frozen=True)
class ReviewRow:
    """One line of the review. `key` is kept where the outcome is unknown: once more with it is the same order.

    `was`: what stood there when it was ticked, if that is not so any more.
    """

    payment: DisbursementView
    left: TimeLeft
    key: str
    version: int
    seen: str
    was: str | None
    outcome: Outcome | None


async def authorised_one_by_one(door: Door, chosen: Sequence[ChosenPayment]) -> dict[Id, Outcome]:
    """Each by a command of its own, in the order of the list: one that is refused does not stop its neighbours."""
    outcomes: dict[Id, Outcome] = {}
    for row in chosen:
        door.key = row.key
        command = AuthoriseDisbursement(disbursement_id=row.disbursement_id, expected_version=row.version)
        try:
            await door.done(command)
            outcomes[row.disbursement_id] = Outcome("done", "", row)
        except Refused as refused:
            kind: Literal["refused", "unknown"] = "unknown" if refused.refusal().retryable else "refused"
            outcomes[row.disbursement_id] = Outcome(kind, refused.refusal().message, row)
        except (BusError, Faulted) as error:
            outcomes[row.disbursement_id] = Outcome("unknown", problem_of(error).detail, row)
    return outcomes


async def review_rows(
    door: Door, ids: Sequence[Id], outcomes: Mapping[Id, Outcome] | None = None
) -> tuple[list[ReviewRow], list[ReviewRow], DisbursementSummary]:
    """Those that can be released, the others, and what the first come to together, as they stand now."""
    outcomes = outcomes or {}
    found = await door.told(ListDisbursements(ids=tuple(ids), order="due", limit=200))
    left = await times_left(door, [each.due_at for each in found.items])
    rows = [
        _row(each, until, outcomes.get(each.disbursement_id)) for each, until in zip(found.items, left, strict=True)
    ]
    ready = [row for row in rows if _stays(row)]
    others = [row for row in rows if not _stays(row)]
    return ready, others, await _summary(door, ready)


async def _summary(door: Door, rows: Sequence[ReviewRow]) -> DisbursementSummary:
    if not rows:
        return DisbursementSummary(count=0, total_fen=0, renewed=0, overdue=0, largest=())
    ids = tuple(row.payment.disbursement_id for row in rows)
    return await door.told(SummariseDisbursements(ids=ids))


def _stays(row: ReviewRow) -> bool:
    """Whether it can be released, or nobody knows whether it was: with its own key that may be asked again."""
    unknown = row.outcome is not None and row.outcome.kind == "unknown"
    return (row.payment.state == "ready" and not (row.outcome and row.outcome.kind == "done")) or unknown


def _row(payment: DisbursementView, left: TimeLeft, outcome: Outcome | None) -> ReviewRow:
    shown = f"{yuan(payment.amount_fen)} {payment.payee_name} {payment.account_masked}"
    again = outcome is not None and outcome.kind == "unknown"
    return ReviewRow(
        payment=payment,
        left=left,
        key=outcome.sent.key if outcome is not None and again else uuid4().hex,
        version=outcome.sent.version if outcome is not None and again else payment.version,
        seen=shown,
        was=outcome.sent.seen if outcome is not None and outcome.sent.seen not in ("", shown) else None,
        outcome=outcome,
    )
