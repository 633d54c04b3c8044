"""A finding: one person in law was granted an item more than once for one period, as it turned out later. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.award_findings import (
    AwardFindingClosed,
    AwardFindingState,
    AwardFindingView,
    AwardGrantedTwice,
    FoundAward,
)
from contracts.duties import Attention
from contracts.intake import Claim
from contracts.message import Event, TenantId
from contracts.refusal import Conflict, NotFound

MOVES: Mapping[tuple[AwardFindingState | None, AwardFindingState], type[Event]] = {
    (None, "open"): AwardGrantedTwice,
    ("open", "closed"): AwardFindingClosed,
}
"""A finding is opened when it is found, and closed by a person."""


class AwardFindingUnknown(NotFound):
    """No finding of the tenant has this id, or it is another department's."""

    code = "award_finding_unknown"
    sentence = "没有找到这条重复享受线索。"


class AwardFindingClosedAlready(Conflict):
    """Somebody has said what was done about it."""

    code = "award_finding_closed_already"
    sentence = "这条重复享受线索已经办结。"


@dataclass(kw_only=True, slots=True)
class AwardFinding(Aggregate):
    """`awards` are those of the item and period that are one person's, the one granted first leading."""

    item_id: str
    item_title: str
    department: str
    department_id: str | None
    period: str
    awards: tuple[FoundAward, ...]
    found_at: datetime
    state: AwardFindingState = "open"
    closed_by: str | None = None
    closed_at: datetime | None = None
    conclusion: str = ""

    @property
    def receipt_numbers(self) -> tuple[str, ...]:
        return tuple(award.receipt for award in self.awards)

    @classmethod
    def open(
        cls, tenant: TenantId, claim: Claim, period: str, awards: Iterable[FoundAward], at: datetime
    ) -> AwardFinding:
        """`claim` is one of theirs: all are of one item. The same awards are the same finding."""
        ordered = tuple(sorted(awards, key=lambda each: (each.granted_at, each.case_id)))
        finding = cls(
            id=finding_id(claim.item_id, period, [each.case_id for each in ordered]),
            tenant=tenant,
            item_id=claim.item_id,
            item_title=claim.item_title,
            department=claim.department,
            department_id=claim.department_id,
            period=period,
            awards=ordered,
            found_at=at,
        )
        finding.record(
            AwardGrantedTwice(
                finding_id=finding.id,
                item_id=finding.item_id,
                item_title=finding.item_title,
                department=finding.department,
                period=period,
                awards=ordered,
                too_much_fen=finding.too_much_fen,
                attention=Attention(tenant=tenant, department_id=claim.department_id, duty="leader"),
            )
        )
        return finding

    @property
    def too_much_fen(self) -> int:
        """What was granted after the first award: the place in the register is one."""
        return sum(each.amount_fen for each in self.awards[1:])

    def close(self, conclusion: str, *, by: str, at: datetime) -> None:
        """Say what was done about it. Raises AwardFindingClosedAlready."""
        if self.state == "closed":
            raise AwardFindingClosedAlready()
        event = MOVES[self.state, "closed"]
        self.state, self.conclusion, self.closed_by, self.closed_at = "closed", conclusion, by, at
        self.record(event(finding_id=self.id, conclusion=conclusion, closed_by=by))

    def view(self) -> AwardFindingView:
        return AwardFindingView(
            finding_id=self.id,
            item_id=self.item_id,
            item_title=self.item_title,
            department=self.department,
            period=self.period,
            awards=self.awards,
            too_much_fen=self.too_much_fen,
            state=self.state,
            found_at=self.found_at,
            closed_by=self.closed_by,
            closed_at=self.closed_at,
            conclusion=self.conclusion,
            version=self.version,
        )


def finding_id(item_id: str, period: str, case_ids: Sequence[str]) -> str:
    """The same awards are found once, however often they are looked at."""
    key = "\x1f".join(("award-finding", item_id, period, *sorted(case_ids)))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))
