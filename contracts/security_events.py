"""What has happened at the door: signing in and out, refusals, step-ups, changes of who may do what. For auditors.

Security events are only ever added. They name people by their ids and hold nothing secret: no password, code, token or
number of a document.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, get_args

from pydantic import Field

from contracts.message import Id, Model, Page, PagedQuery, ServiceName, TenantId

SecurityEventKind = Literal[
    "sign_in",  # 登录
    "sign_in_refused",  # 登录被拒
    "sign_out",  # 退出
    "step_up",  # 二次验证
    "step_up_refused",  # 二次验证被拒
    "lockout",  # 连续失败，暂时锁定
    "invitation",  # 发出邀请
    "invitation_used",  # 凭邀请启用账号
    "invitation_refused",  # 邀请无效
    "recovery",  # 安全管理员重置
    "password_changed",  # 更换口令
    "second_factor_set",  # 启用动态口令
    "recovery_code_used",  # 使用恢复码
    "account_suspended",  # 停用账号
    "account_resumed",  # 恢复账号
    "session_revoked",  # 强制退出
    "capacity_chosen",  # 选择企业或岗位
    "notice_accepted",  # 同意个人信息告知书
    "issuer_registered",  # 登记身份提供方
    "issuer_changed",  # 变更身份提供方
    "subject_linked",  # 外部身份与人员关联
    "oidc_refused",  # 外部身份登录被拒
    "duty_changed",  # 岗位变动
    "credential_issued",  # 发放凭证
    "credential_revoked",  # 吊销凭证
    "masked_data_seen",  # 查看完整个人信息
    "enterprise_looked_up",  # 按信用代码查企业
    "case_file_opened",  # 调阅案卷
    "permission_refused",  # 无权操作
    "form_refused",  # 表单来源不明
    "events_exported",  # 导出安全日志
]

KINDS: tuple[SecurityEventKind, ...] = get_args(SecurityEventKind)

SecurityOutcome = Literal["done", "refused"]


class SecurityEventView(Model):
    """`actor_id` did it, `person_id` is whom it is about; both are absent where nobody is known yet.

    `details` are plain words and numbers: which refusal, which duty, how many sessions.
    """

    event_id: Id
    tenant: TenantId
    at: datetime
    kind: SecurityEventKind
    outcome: SecurityOutcome
    actor_id: str | None = None
    person_id: str | None = None
    account_id: str | None = None
    client_address: str | None = None
    request_id: str | None = None
    details: dict[str, str | int | bool] = Field(default_factory=dict)


class SecurityEventPage(Page):
    items: tuple[SecurityEventView, ...] = ()


class ListSecurityEvents(PagedQuery[SecurityEventPage]):
    """The newest first. `person_id` finds both who did something and to whom; `until` itself is not included.

    `about` is the tenant whose events are asked for; only the platform's auditor may name another than the own one.
    """

    owner: ClassVar[ServiceName] = "gateway"

    about: TenantId | None = None
    kind: SecurityEventKind | None = None
    outcome: SecurityOutcome | None = None
    person_id: Id | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = Field(default=50, ge=1, le=1000)
