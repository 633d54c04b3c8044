"""What a person may be there for (岗位): the closed list that permissions, plans and alarms speak of.

A tenant gives its own names to its duties and may have several of one kind (`contracts.departments.DutyView`).
Source of the separation of the three administrators (三员分立): GB/T 22239-2019, 8.1.5 (system management, audit
management and security management are done by different people).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from contracts.fact_sources import SourceKind
from contracts.message import Id, Model, TenantId

Role = Literal[
    "platform",  # 平台运维：开通租户、发放凭证
    "department",  # 政策主管部门
    "bureau",  # 行政审批局：受理、复核、兑付
    "finance",  # 财政局
    "window",  # 惠企政策兑现专窗
    "enterprise",  # 企业
    "supervisor",  # 纪委、审计
    "partner",  # 数据交换等系统
    "bank",  # 合作银行：经企业授权查询
    "expert",  # 评审专家：只见自己参加评审的办件
]
"""The coarse audience of a person or machine."""

DutyKind = Literal[
    "system_admin",  # 系统管理员：开通地区、载入日历、运行平台
    "security_admin",  # 安全管理员：登记人员、授予岗位、发放凭证
    "audit_admin",  # 审计管理员：查阅安全日志
    "policy_author",  # 政策编制
    "first_review",  # 初审
    "review_check",  # 业务复核
    "leader",  # 分管领导
    "window",  # 窗口
    "bureau_intake",  # 受理分派
    "payment_maker",  # 兑付经办
    "payment_check",  # 支付复核
    "finance",  # 财政
    "finance_check",  # 财政复核
    "supervision",  # 督查
    "discipline",  # 纪检监察
    "audit",  # 审计
    "lay_supervisor",  # 营商环境监督员
    "panel_expert",  # 评审专家
]

DUTY_KINDS: tuple[DutyKind, ...] = get_args(DutyKind)

Branch = Literal["system", "security", "audit", "business"]
"""The side of the house that a person works on: each administrator alone on one, all other duties on the fourth."""

BRANCH_OF: Mapping[DutyKind, Branch] = {
    "system_admin": "system",
    "security_admin": "security",
    "audit_admin": "audit",
}

ROLE_OF: Mapping[DutyKind, Role] = {
    "system_admin": "platform",
    "security_admin": "platform",
    "audit_admin": "platform",
    "policy_author": "department",
    "first_review": "department",
    "review_check": "department",
    "leader": "department",
    "window": "window",
    "bureau_intake": "bureau",
    "payment_maker": "bureau",
    "payment_check": "bureau",
    "finance": "finance",
    "finance_check": "finance",
    "supervision": "supervisor",
    "discipline": "supervisor",
    "audit": "supervisor",
    "lay_supervisor": "supervisor",
    "panel_expert": "expert",
}
"""The coarse audience that a duty belongs to."""

DECIDING: frozenset[DutyKind] = frozenset({"first_review", "review_check", "leader", "bureau_intake"})
PAYING: frozenset[DutyKind] = frozenset({"payment_maker", "payment_check", "finance", "finance_check"})
"""Duties that decide on a case, and those that move money: only a person who is known by the resident id holds one."""

DUTY_NAMES: Mapping[DutyKind, str] = {
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
    "policy_author": "政策编制岗",
    "first_review": "初审岗",
    "review_check": "业务复核岗",
    "leader": "分管领导",
    "window": "窗口",
    "bureau_intake": "受理分派岗",
    "payment_maker": "兑付经办岗",
    "payment_check": "支付复核岗",
    "finance": "财政预算岗",
    "finance_check": "财政复核岗",
    "supervision": "督查岗",
    "discipline": "纪检监察岗",
    "audit": "审计岗",
    "lay_supervisor": "营商环境监督员",
    "panel_expert": "评审专家",
}
"""What a duty is called where a tenant has not named it."""


DUTY_SOURCES: Mapping[DutyKind, frozenset[SourceKind]] = {
    "window": frozenset({SourceKind.WINDOW}),
    "bureau_intake": frozenset({SourceKind.WINDOW}),
}
"""The sources of facts that a duty speaks for by itself: a counter types in from paper what it was shown."""


class Attention(Model):
    """Whose turn it is: whoever holds a duty of that kind in the department.

    Without `department_id` the department is not known there, and it is for whoever holds such a duty in the tenant.
    """

    tenant: TenantId
    department_id: Id | None = None
    duty: DutyKind


def branch_of(kind: DutyKind) -> Branch:
    return BRANCH_OF.get(kind, "business")


def roles_of(kinds: Iterable[DutyKind]) -> frozenset[Role]:
    return frozenset(ROLE_OF[kind] for kind in kinds)
