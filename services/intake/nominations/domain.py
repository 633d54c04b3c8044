"""No-application lists: what they are and what they say. Pure: time, ids and codes are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.intake import EnterprisesNominated, NominatedLine, NominationView
from contracts.message import Actor, TenantId
from contracts.refusal import Forbidden
from services.intake.applications.domain import Application, Declined, Numbers
from services.intake.catalog_copies.domain import PublishedItem

CHUNK_LINES = 100
"""Lines in one event of a list. The bus allows 500; fewer keep a message with all its facts well under 1 MB."""


class NominationRefused(Declined):
    """The list cannot be taken: all lines or none."""

    code = "nomination_refused"
    sentence = "该名单不符合推送条件。"


class ItemOfOtherDepartment(Forbidden):
    """A department nominates for its own items of its own place and for no others."""

    code = "item_of_other_department"
    sentence = "只有事项的主管部门可以推送免申即享名单。"


@dataclass(kw_only=True, slots=True)
class Nomination(Aggregate):
    """A department's list of enterprises that are entitled to a no-application item (免申即享)."""

    item_id: str
    item_version: int
    lines: int
    total_fen: int
    nominated_by: str
    nominated_at: datetime

    @classmethod
    def push(
        cls,
        applications: Sequence[tuple[Application, Numbers]],
        *,
        id: str,
        item: PublishedItem,
        by: Actor,
        at: datetime,
        trace: str | None,
    ) -> Nomination:
        """One list with all its lines, told in chunks."""
        nomination = cls(
            id=id,
            tenant=item.tenant,
            traceparent=trace,
            item_id=item.item_id,
            item_version=item.version,
            lines=len(applications),
            total_fen=sum(application.estimated_fen or 0 for application, _ in applications),
            nominated_by=by.id,
            nominated_at=at,
        )
        for chunk in _chunks([_line(application, numbers) for application, numbers in applications]):
            nomination.record(EnterprisesNominated(nomination_id=id, lines=chunk, nominated_by=by.id, nominated_at=at))
        return nomination

    def view(self, applications: Sequence[tuple[Application, Numbers]]) -> NominationView:
        """One receipt per enterprise, in the order of the list."""
        return NominationView(
            nomination_id=self.id,
            item_id=self.item_id,
            receipts=tuple(application.receipt(numbers.query_code) for application, numbers in applications),
        )


def _line(application: Application, numbers: Numbers) -> NominatedLine:
    assert application.payee is not None, "an enterprise without a confirmed account has been nominated"
    return NominatedLine(
        claim=application.claim,
        facts=application.facts,
        figures=application.figures,
        recorders=application.recorders,
        payee=application.payee,
        amount_fen=application.estimated_fen,
        query_code_digest=numbers.digest,
    )


def _chunks(lines: Sequence[NominatedLine]) -> Iterator[tuple[NominatedLine, ...]]:
    for start in range(0, len(lines), CHUNK_LINES):
        yield tuple(lines[start : start + CHUNK_LINES])


def refuse_other_department(actor: Actor, tenant: TenantId, item: PublishedItem) -> None:
    """Raise ItemOfOtherDepartment unless the actor is of the item's own department in the item's own tenant.

    Where both are in the register, it is by their ids: names change.
    """
    by_register = actor.department_id is not None and item.department_id is not None
    named = actor.department == item.content.rules.plan.department
    own = actor.department_id == item.department_id if by_register else named
    if item.tenant != tenant or not own:
        raise ItemOfOtherDepartment()
