"""Two dossiers of one enterprise become one: proposed by one person, confirmed by another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.merges import EnterpriseMerged, MergeState, MergeView
from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from services.catalog.enterprises.domain import Enterprise


class MergeUnknown(NotFound):
    """No merge of this tenant has this id."""

    code = "merge_unknown"
    sentence = "没有找到该合并申请。"


class MergeRefused(Invalid):
    """The two dossiers cannot be merged; `reasons` says everything against it."""

    code = "merge_refused"
    sentence = "这两份企业档案不能合并，请按提示核对。"


class MergeProposedAlready(Conflict):
    """Somebody has proposed to merge this dossier, and it is not decided."""

    code = "merge_proposed_already"
    sentence = "该档案已有待复核的合并申请。"


class MergeDecidedAlready(Conflict):
    """It is confirmed or declined."""

    code = "merge_decided_already"
    sentence = "该合并申请已经办结。"


class MergeSecondPersonRequired(Forbidden):
    """Whoever proposed the merge may not confirm it."""

    code = "merge_second_person_required"
    sentence = "档案合并须由申请人以外的人员复核确认。"


class MergeByStaffOnly(Forbidden):
    """Which dossiers are one enterprise is for those to say who keep the dossiers."""

    code = "merge_by_staff_only"
    sentence = "档案合并由窗口或审批局办理。"


@dataclass(kw_only=True, slots=True)
class Merge(Aggregate):
    """One proposal and its decision. Nothing is undone: a wrong merge is a case for the people who keep dossiers."""

    absorbed_id: str
    surviving_id: str
    reason: str
    state: MergeState = "proposed"
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    answer: str | None = None

    def check(self, dossiers: Mapping[str, Enterprise], *, by: Actor) -> None:
        """Raises MergeByStaffOnly, or MergeRefused with all reasons. `dossiers` are those of this tenant."""
        if by.enterprise_id is not None:
            raise MergeByStaffOnly()
        if reasons := self._against(dossiers):
            raise MergeRefused(*reasons)

    def confirm(self, dossiers: Mapping[str, Enterprise], *, by: Actor, at: datetime) -> None:
        """A second person agrees; the absorbed dossier is closed.

        Raises MergeByStaffOnly, MergeDecidedAlready, MergeSecondPersonRequired, or MergeRefused when one of
        the dossiers has changed meanwhile.
        """
        self._refuse_decided()
        if by.id == self.proposed_by:
            raise MergeSecondPersonRequired()
        self.check(dossiers, by=by)
        absorbed, surviving = dossiers[self.absorbed_id], dossiers[self.surviving_id]
        absorbed.merge_into(surviving.id, at)
        self.state, self.decided_by, self.decided_at = "confirmed", by.id, at
        self.record(
            EnterpriseMerged(
                absorbed_id=absorbed.id,
                absorbed_uscc=absorbed.uscc,
                surviving_id=surviving.id,
                surviving_uscc=surviving.uscc,
            )
        )

    def decline(self, *, by: Actor, at: datetime, why: str) -> None:
        """Raises MergeByStaffOnly or MergeDecidedAlready."""
        if by.enterprise_id is not None:
            raise MergeByStaffOnly()
        self._refuse_decided()
        self.state, self.decided_by, self.decided_at, self.answer = "declined", by.id, at, why

    def view(self) -> MergeView:
        return MergeView(
            merge_id=self.id,
            absorbed_id=self.absorbed_id,
            surviving_id=self.surviving_id,
            reason=self.reason,
            state=self.state,
            proposed_by=self.proposed_by,
            proposed_at=self.proposed_at,
            decided_by=self.decided_by,
            decided_at=self.decided_at,
            answer=self.answer,
            version=self.version,
        )

    def _refuse_decided(self) -> None:
        if self.state != "proposed":
            raise MergeDecidedAlready()

    def _against(self, dossiers: Mapping[str, Enterprise]) -> list[Reason]:
        reasons = []
        if self.absorbed_id == self.surviving_id:
            text = "被并入的档案与保留的档案是同一份"
            reasons.append(Reason(code="same_dossier", message=text, field="surviving_id"))
        for field, id in (("absorbed_id", self.absorbed_id), ("surviving_id", self.surviving_id)):
            dossier = dossiers.get(id)
            if dossier is None:
                text = "本地区没有该企业的档案"
                reasons.append(Reason(code="enterprise_unknown", message=text, field=field))
            elif dossier.merged_into is not None:
                text = f"“{dossier.name}”的档案已并入另一档案"
                reasons.append(Reason(code="enterprise_merged_already", message=text, field=field))
        return reasons
