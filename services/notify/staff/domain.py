"""What a duty is told: things that ask for it, gathered by kind and hour. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.duties import DutyKind
from contracts.message import Id, TenantId
from contracts.notify import DutySubject
from contracts.refusal import NotFound

KINDS: Mapping[str, str] = {
    "acceptance_to_do": "{count} 件申请待受理",
    "case_to_review": "{count} 件新办件待审核",
    "joint_check_to_do": "{count} 件办件待联合审核",
    "panel_to_do": "{count} 件办件待组织评审",
    "inspection_to_do": "{count} 件办件待现场勘查",
    "public_notice_to_do": "{count} 件办件待公示",
    "recheck_to_do": "{count} 件办件待分期复核",
    "approval_to_do": "{count} 件办件待审批",
    "supplement_answered": "{count} 件办件的企业已补正，待继续办理",
    "objection_raised": "{count} 条公示异议待核查",
    "case_reassessed": "{count} 件办件依据的数据有变，待按新的结果办理",
    "case_reopened": "{count} 件办件重新审查，待办理",
    "task_due_soon": "{count} 项办件任务的办理时限即将用完",
    "task_overdue": "{count} 项办件任务超过办理时限",
    "review_due_unknown": "{count} 件办件的审核时限已用过半，到期时间待工作日历公布后确定",
    "review_due_soon": "{count} 件办件的审核时限即将用完",
    "review_overdue": "{count} 件办件超过审核时限",
    "award_doubled": "{count} 条重复享受线索待核实处理",
    "credit_checks_to_do": "{count} 批以信用代审核的办件已抽查，待核查",
    "finding_to_notify": "{count} 条失信线索已立案，待事先告知",
    "finding_to_decide": "{count} 条失信线索待认定（已陈述申辩或期限届满）",
    "record_request_made": "{count} 件信用修复或异议申请待答复",
    "record_request_overdue": "{count} 件信用修复或异议申请已超过答复期限",
    "payment_to_release": "{count} 笔兑付待支付复核",
    "payment_recalled": "{count} 笔兑付复核后情况有变，须重新支付复核",
    "payment_held": "{count} 笔兑付等待预算资金",
    "payment_returned": "{count} 笔兑付被银行退回",
    "payment_failed": "{count} 笔付款未成功",
    "payment_unknown": "{count} 笔付款银行未及时答复，正在核实",
    "payment_contradicted": "{count} 笔付款的银行记录与账面矛盾，已停止办理，请立即与银行核实",
    "payout_due_unknown": "{count} 笔兑付的拨付时限已用过半，到期时间待工作日历公布后确定",
    "payout_due_soon": "{count} 笔兑付的拨付时限即将用完",
    "payout_overdue": "{count} 笔兑付超过拨付时限",
    "consultation_asked": "{count} 份政策草稿征求本部门意见",
    "item_expiring": "{count} 项政策事项的有效期即将届满",
    "calendar_reminder": "{count} 个年度的工作日历待载入",
    "calendar_alarm": "{count} 个年度的工作日历仍未载入，时限无法确定，请立即载入",
}
"""What is said of so many things of one kind, in the order of the work."""

UNREAD_FOR = timedelta(days=30)
"""What is older is no news: whoever takes up a duty does not begin with its years."""


class DutyMessageUnknown(NotFound):
    """No message to a duty of the actor's has this id."""

    code = "duty_message_unknown"
    sentence = "没有找到发给您岗位的这条消息。"


@dataclass(frozen=True, slots=True)
class DutyNotice:
    """One thing that asks for a duty. `occasion` is the same whenever it is heard again.

    `department` is the name of one that is not in the register; without both it is for the duty in the whole tenant.
    """

    tenant: TenantId
    department_id: Id | None
    department: str | None
    duty: DutyKind
    kind: str
    at: datetime
    occasion: str
    subject: DutySubject

    @property
    def hour(self) -> datetime:
        """The hour in which it came; what came in one hour is told together."""
        return self.at.replace(minute=0, second=0, microsecond=0)

    @property
    def message_id(self) -> str:
        """One message per duty, kind and hour."""
        asked = (self.tenant, self.department_id or "", self.department or "", self.duty)
        key = "\x1f".join(("duty-message", *asked, self.kind, self.hour.isoformat()))
        return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def once_each(notices: Iterable[DutyNotice]) -> list[DutyNotice]:
    """Each occasion once, as it was first said, in the order of its time."""
    first: dict[tuple[TenantId, str], DutyNotice] = {}
    for notice in sorted(notices, key=lambda each: (each.at, each.occasion)):
        first.setdefault((notice.tenant, notice.occasion), notice)
    return list(first.values())


def text_of(kind: str, count: int) -> str:
    """What is said of it; a kind that is newer than this list is work like any other."""
    return KINDS.get(kind, "{count} 项工作待办理").format(count=count)
