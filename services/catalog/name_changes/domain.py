"""A change of an enterprise's name, from its being asked for to a second person's word. Pure: time, ids and actor are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.message import Actor
from contracts.name_changes import NameChangeConfirmed, NameChangeState, NameChangeView
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.two_persons import Proposal
from services.catalog.enterprises.domain import Enterprise


class NameChangeUnknown(NotFound):
    """No change of a name of this tenant has this id."""

    code = "name_change_unknown"
    sentence = "没有找到该名称变更申请。"


class NameChangeByStaffOnly(Forbidden):
    """The register's notice is looked at by the window or the bureau."""

    code = "name_change_by_staff_only"
    sentence = "企业名称变更由窗口或审批局凭变更登记通知书办理。"


class NameChangeProposedAlready(Conflict):
    """One change of an enterprise's name is decided before another one is asked for."""

    code = "name_change_proposed_already"
    sentence = "该企业已有一件名称变更待复核，请先复核或退回。"


class NameChangeDecidedAlready(Conflict):
    """What was confirmed or declined stays so."""

    code = "name_change_decided_already"
    sentence = "该名称变更已经办结，不能再次处理。"


class NameChangeSecondPersonRequired(Forbidden):
    """Whoever asked for the change may not confirm it."""

    code = "name_change_second_person_required"
    sentence = "企业名称变更须由申请登记人以外的人员复核确认。"


class NameChangeRefused(Invalid):
    """The change cannot be as it is written; `reasons` names each."""

    code = "name_change_refused"
    sentence = "名称变更的填写有误，请按提示修改。"


@dataclass(kw_only=True, slots=True)
class NameChange(Proposal):
    """One change that was asked for, and its decision. A wrong name is mended by another change."""

    DECIDED_ALREADY = NameChangeDecidedAlready
    SECOND_PERSON_REQUIRED = NameChangeSecondPersonRequired
    BY_STAFF_ONLY = NameChangeByStaffOnly

    enterprise_id: str
    uscc: str
    former_name: str
    name: str
    effective_on: date
    notice: str
    notice_on: date
    sha256: str | None = None
    state: NameChangeState = "proposed"

    def check(self, enterprise: Enterprise, *, by: Actor, today: date, latest: date | None) -> None:
        """`latest` is the day of the newest name that was confirmed.

        Raises NameChangeByStaffOnly, EnterpriseMergedAlready, or NameChangeRefused with all reasons.
        """
        self.refuse_enterprises(by)
        enterprise.refuse_merged()
        if reasons := self._against(enterprise, today, latest):
            raise NameChangeRefused(*reasons)

    def confirm(self, enterprise: Enterprise, *, by: Actor, at: datetime, today: date, latest: date | None) -> None:
        """A second person has seen the notice: the enterprise is called so from now on.

        Raises what `check` raises, NameChangeDecidedAlready or NameChangeSecondPersonRequired.
        """
        self.refuse_second(by)
        self.check(enterprise, by=by, today=today, latest=latest)
        self.agree(by=by, at=at)
        self.former_name = enterprise.name
        enterprise.rename(self.name, effective_on=self.effective_on, at=at)
        self.record(
            NameChangeConfirmed(
                enterprise_id=enterprise.id,
                uscc=enterprise.uscc,
                former_name=self.former_name,
                name=self.name,
                effective_on=self.effective_on,
            )
        )

    def view(self) -> NameChangeView:
        told = {name: getattr(self, name) for name in NameChangeView.model_fields if name != "change_id"}
        return NameChangeView(change_id=self.id, **told)

    def _against(self, enterprise: Enterprise, today: date, latest: date | None) -> list[Reason]:
        found = []
        if self.name == enterprise.name:
            found.append(("name_unchanged", "新名称与现名称完全相同，没有变更", "name"))
        if self.effective_on > today:
            found.append(("effective_on_from_future", "变更日期晚于今天，请在变更生效后办理", "effective_on"))
        if self.notice_on > today:
            found.append(("notice_on_from_future", "通知书日期晚于今天", "notice_on"))
        if latest is not None and self.effective_on < latest:
            found.append(("name_change_out_of_order", f"变更日期早于上一次名称变更（{latest}）", "effective_on"))
        return [Reason(code=code, message=text, field=field) for code, text, field in found]
