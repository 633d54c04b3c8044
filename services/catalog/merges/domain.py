"""Two dossiers of one enterprise become one: proposed by one person, confirmed by another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.merges import EnterpriseMerged, MergeState, MergeView
from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.two_persons import Proposal
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
class Merge(Proposal):
    """One proposal and its decision. Nothing is undone: a wrong merge is a case for the people who keep dossiers."""

    DECIDED_ALREADY = MergeDecidedAlready
    SECOND_PERSON_REQUIRED = MergeSecondPersonRequired
    BY_STAFF_ONLY = MergeByStaffOnly

    absorbed_id: str
    surviving_id: str
    reason: str
    state: MergeState = "proposed"

    def check(self, dossiers: Mapping[str, Enterprise], *, by: Actor) -> None:
        """Raises MergeByStaffOnly, or MergeRefused with all reasons. `dossiers` are those of this tenant."""
        self.refuse_enterprises(by)
        if reasons := self._against(dossiers):
            raise MergeRefused(*reasons)

    def confirm(self, dossiers: Mapping[str, Enterprise], *, by: Actor, at: datetime) -> None:
        """A second person agrees; the absorbed dossier is closed.

        Raises MergeByStaffOnly, MergeDecidedAlready, MergeSecondPersonRequired, or MergeRefused when one of
        the dossiers has changed meanwhile.
        """
        self.refuse_second(by)
        self.check(dossiers, by=by)
        self.agree(by=by, at=at)
        absorbed, surviving = dossiers[self.absorbed_id], dossiers[self.surviving_id]
        absorbed.merge_into(surviving.id, at)
        self.record(
            EnterpriseMerged(
                absorbed_id=absorbed.id,
                absorbed_uscc=absorbed.uscc,
                surviving_id=surviving.id,
                surviving_uscc=surviving.uscc,
            )
        )

    def view(self) -> MergeView:
        told = {name: getattr(self, name) for name in MergeView.model_fields if name != "merge_id"}
        return MergeView(merge_id=self.id, **told)

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
