"""What every status is called: for staff and for the public, in Chinese and in English. The one place for it.

A page, a message and a refusal say the same word for the same status. `public_*` is what an enterprise and anybody with
a receipt read; `staff_*` is what those who work on it read, and is more exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from contracts.case_events import SupplementFault
from contracts.case_steps import PauseCause, SlotVerdict, StepState
from contracts.case_tasks import Task, TaskState
from contracts.drafting import Stage
from contracts.duties import Role
from contracts.enterprises import PayeeAccountStanding
from contracts.notify import Channel, MessageState
from contracts.operations import LineOutcome, OperationState
from contracts.policies import ItemState
from contracts.review import CaseState
from contracts.rule.plan import Mode
from contracts.rule.shares import Level
from contracts.treasury import DisbursementState

Language = Literal["zh", "en"]


class StatusLabel(NamedTuple):
    """One status as four readers read it."""

    staff_zh: str
    public_zh: str
    staff_en: str
    public_en: str

    def public(self, language: Language) -> str:
        return self.public_zh if language == "zh" else self.public_en

    def staff(self, language: Language) -> str:
        return self.staff_zh if language == "zh" else self.staff_en


def _same(zh: str, en: str) -> StatusLabel:
    return StatusLabel(zh, zh, en, en)


FILED = StatusLabel("已收件，待受理", "已收件", "Filed, to be accepted", "Filed")
"""收件 is not yet 受理: filing gives a receipt, acceptance is a decision."""

CASE: Mapping[CaseState, StatusLabel] = {
    "received": FILED,
    "accepted": StatusLabel("已受理，审核中", "审核中", "Accepted, under review", "Under review"),
    "approved": StatusLabel("审核通过", "审核通过，待拨付", "Approved", "Approved, to be paid"),
    "rejected": StatusLabel("审核不通过", "审核未通过", "Rejected", "Not approved"),
    "not_accepted": _same("不予受理", "Not accepted"),
    "withdrawn": _same("已撤回", "Withdrawn"),
}

DISBURSEMENT: Mapping[DisbursementState, StatusLabel] = {
    "received": StatusLabel("已接收", "待安排资金", "Received", "Being arranged"),
    "held": StatusLabel("待预算", "等待预算资金", "Waiting for budget", "Waiting for budget"),
    "ready": StatusLabel("待支付复核", "待支付复核", "To be authorised", "Waiting for authorisation"),
    "authorised": StatusLabel("支付已复核", "已复核，待付款", "Authorised", "Authorised, to be sent"),
    "sent": StatusLabel("已发送银行", "银行处理中", "Sent to the bank", "With the bank"),
    "unknown": StatusLabel("银行结果待查", "正在向银行核实", "Outcome unknown", "Being confirmed with the bank"),
    "settled": StatusLabel("已到账", "资金已到账", "Settled", "Money is in the account"),
    "failed": StatusLabel("支付失败", "付款失败，待处理", "Failed", "Payment failed, being handled"),
    "returned": StatusLabel(
        "已退汇", "银行退汇，待更正账户", "Returned", "Returned by the bank; account to be corrected"
    ),
    "cancelled": StatusLabel("已撤销", "该笔拨付已撤销", "Cancelled", "This payment was cancelled"),
}

SUPPLEMENTING = StatusLabel("待企业补正", "待补正", "Waiting for the enterprise's supplement", "To be supplemented")
GRANTED = StatusLabel("已准予", "已准予，办结", "Granted, not money", "Granted")
"""What has its end in a certificate or notice, and not in money."""

TRACKED: Mapping[str, StatusLabel] = {
    "submitted": FILED,
    **dict(CASE.items()),
    "supplementing": SUPPLEMENTING,
    "granted": GRANTED,
    **dict(DISBURSEMENT.items()),
}
"""By the `state` of a TrackingView, where `received` is money's: a case that is received is `submitted` there."""

TASK: Mapping[Task, StatusLabel] = {
    "acceptance": _same("受理", "Acceptance"),
    "material_check": _same("材料审核", "Check of materials"),
    "joint_check": _same("联合审核", "Joint check"),
    "panel": _same("评估评审", "Panel"),
    "site_inspection": _same("现场勘查", "Site inspection"),
    "public_notice": _same("公示", "Public notice"),
    "recheck": _same("分期复核", "Recheck of an instalment"),
    "approval": _same("审批", "Approval"),
}

STEP: Mapping[StepState, StatusLabel] = {
    "waiting": StatusLabel("未到", "尚未开始", "Not yet its turn", "Not begun"),
    "open": StatusLabel("待办", "办理中", "To be answered", "Under way"),
    "passed": _same("通过", "Passed"),
    "failed": _same("未通过", "Not passed"),
    "skipped": StatusLabel("免办", "无需办理", "Not needed any more", "Not needed"),
}

VERDICT: Mapping[SlotVerdict, StatusLabel] = {
    "passed": _same("通过", "Passed"),
    "failed": _same("未通过", "Not passed"),
    "withdrawn": StatusLabel("已收回，重新办理", "重新办理", "Taken back, open again", "Being looked at again"),
}

TASK_STATE: Mapping[TaskState, StatusLabel] = {
    "open": StatusLabel("待办", "办理中", "To be done", "Under way"),
    "answered": _same("已办", "Done"),
    "void": _same("无需办理", "Not needed any more"),
}

SUPPLEMENT_FAULT: Mapping[SupplementFault, StatusLabel] = {
    "missing": _same("缺少", "Missing"),
    "wrong": _same("有误", "Wrong"),
    "outdated": _same("已过期", "Outdated"),
}

PAUSE: Mapping[PauseCause, StatusLabel] = {
    "supplement": StatusLabel("待企业补正", "等待补正", "The enterprise supplements", "Waiting for your supplement"),
    "objection": StatusLabel("异议核查", "异议核查中", "An objection is looked into", "An objection is looked into"),
    "excluded_step": StatusLabel(
        "不计入时限的环节", "正在进行依法不计入时限的环节", "Step outside the limit", "A step that does not count"
    ),
    "reopened": StatusLabel("重新审查", "重新审查", "Reopened", "Being looked at again"),
}
"""Why a review limit stands still."""

ITEM: Mapping[ItemState, StatusLabel] = {
    "published": StatusLabel("已发布", "可申报", "Published", "Open"),
    "suspended": StatusLabel("已暂停", "暂停申报", "Suspended", "Suspended"),
    "withdrawn": StatusLabel("已废止", "已废止", "Withdrawn", "Withdrawn"),
    "expired": StatusLabel("已到期", "已到期", "Expired", "Expired"),
}

DRAFT: Mapping[Stage, StatusLabel] = {
    "draft": _same("起草中", "Being drafted"),
    "consultation": _same("征求意见中", "Under consultation"),
    "consulted": _same("意见已汇总", "Consulted"),
    "published": _same("已发布", "Published"),
    "discarded": _same("已废弃", "Discarded"),
}

OPERATION: Mapping[OperationState, StatusLabel] = {
    "running": _same("办理中", "Running"),
    "finished": _same("已完成", "Finished"),
    "cancelled": _same("已取消", "Cancelled"),
    "failed": _same("处理失败", "Failed"),
}

LINE: Mapping[LineOutcome, StatusLabel] = {
    "accepted": _same("已接受", "Accepted"),
    "unchanged": _same("无变化", "Unchanged"),
    "refused": _same("未接受", "Refused"),
}

PAYEE_ACCOUNT: Mapping[PayeeAccountStanding, StatusLabel] = {
    "waiting": _same("待账户复核", "To be confirmed"),
    "paid": _same("现用", "In use"),
    "superseded": _same("已被更新的账户取代", "Superseded"),
    "withdrawn": _same("已撤回", "Withdrawn"),
}

MESSAGE: Mapping[MessageState, StatusLabel] = {
    "pending": _same("待送达", "Pending"),
    "delivered": _same("已送达", "Delivered"),
    "failed": _same("未送达", "Not delivered"),
}

CHANNEL: Mapping[Channel, StatusLabel] = {
    "inbox": _same("站内消息", "Inbox"),
    "sms": _same("短信", "SMS"),
}

LEVEL: Mapping[Level, StatusLabel] = {
    Level.NATIONAL: _same("国家级", "National"),
    Level.PROVINCE: _same("省级", "Province"),
    Level.CITY: _same("市级", "City"),
    Level.COUNTY: _same("县级", "County"),
}

MODE: Mapping[Mode, StatusLabel] = {
    Mode.NO_APPLICATION: _same("免申即享", "Without application"),
    Mode.INSTANT: _same("即申即享", "At once on application"),
    Mode.COMMITTED: _same("承诺兑现", "On a promise"),
}
"""A place may call them otherwise in its settings; that counts there."""

ROLE: Mapping[Role, StatusLabel] = {
    "platform": _same("平台运维", "Platform"),
    "department": _same("政策主管部门", "Department"),
    "bureau": _same("行政审批局", "Approval bureau"),
    "finance": _same("财政部门", "Finance"),
    "window": _same("窗口", "Window"),
    "enterprise": _same("企业", "Enterprise"),
    "supervisor": _same("监督人员", "Supervisor"),
    "partner": _same("数据交换等系统", "Partner system"),
    "bank": _same("合作银行", "Bank"),
    "expert": _same("评审专家", "Expert"),
}
