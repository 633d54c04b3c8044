"""Departments, duties and windows as registers with ids that stay, and what a plan's words mean in a tenant.

Names are dated and may change; whatever refers to a department, a duty or a window does so by its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.duties import DutyKind
from contracts.fact_sources import SourceKind, SpokenFor
from contracts.identity import InTenant
from contracts.message import Command, Event, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.names import SEEN_WHOLE

RegisteredName = Annotated[str, Field(min_length=2, max_length=60)]
NewName = Annotated[RegisteredName, SEEN_WHOLE]

DepartmentFunction = Literal[
    "policy",  # 政策主管部门
    "approval_bureau",  # 行政审批局
    "finance",  # 财政局
    "discipline",  # 纪检监察机关
    "audit",  # 审计局
    "development_reform",  # 发展和改革委员会
    "market_regulation",  # 市场监督管理局
    "statistics",  # 统计局
    "taxation",  # 税务局
    "platform",  # 平台运行单位
    "credit",  # 社会信用体系建设牵头部门
    "public_security",  # 公安局
    "ecology",  # 生态环境局
    "emergency",  # 应急管理局
    "natural_resources",  # 自然资源局
    "housing",  # 住房和城乡建设局
    "central_bank",  # 中国人民银行分支机构
]
"""Which of the departments that others look for it is; it may be several. Nine of them answer joint checks: credit, statistics,
public security, ecology, emergency management, taxation, natural resources, housing, and the central bank."""

FUNCTION_NAMES: Mapping[DepartmentFunction, str] = {
    "policy": "政策主管",
    "approval_bureau": "行政审批",
    "finance": "财政",
    "discipline": "纪检监察",
    "audit": "审计",
    "development_reform": "发展改革",
    "market_regulation": "市场监管",
    "statistics": "统计",
    "taxation": "税务",
    "platform": "平台运行",
    "credit": "社会信用",
    "public_security": "公安",
    "ecology": "生态环境",
    "emergency": "应急管理",
    "natural_resources": "自然资源",
    "housing": "住房城乡建设",
    "central_bank": "人民银行",
}
"""What people call what a department is there for."""


FUNCTION_SOURCES: Mapping[DepartmentFunction, frozenset[SourceKind]] = {
    "taxation": frozenset({SourceKind.TAX}),
    "statistics": frozenset({SourceKind.STATISTICS}),
    "market_regulation": frozenset({SourceKind.MARKET_REGULATION}),
    "credit": frozenset({SourceKind.CREDIT_PLATFORM}),
    "ecology": frozenset({SourceKind.ECOLOGY}),
    "natural_resources": frozenset({SourceKind.NATURAL_RESOURCES}),
}
"""The sources of facts that a department speaks for by what it is there for, while its entry does not say them."""

FUNCTION_WORDS: Mapping[DepartmentFunction, tuple[str, ...]] = {
    "credit": ("信用", "公共信用", "社会信用", "诚信", "失信", "严重失信"),
    "statistics": ("统计",),
    "public_security": ("公安", "犯罪", "违法犯罪", "刑事犯罪"),
    "ecology": ("生态环境", "环境保护", "环保"),
    "emergency": ("应急管理", "应急", "安全生产", "安监"),
    "taxation": ("税务", "纳税", "国税", "地税"),
    "natural_resources": ("自然资源", "自然资源和规划", "国土资源", "国土"),
    "housing": ("住房和城乡建设", "住房城乡建设", "住建"),
    "central_bank": ("人民银行", "中国人民银行", "央行", "征信"),
    "market_regulation": ("市场监管", "市场监督管理", "市场监督", "工商", "经营异常"),
    "development_reform": ("发展和改革", "发展改革", "发改"),
}
"""By which words plans mean a department that is there for it, where they ask it and nobody has said who that is."""

WORD_ENDINGS: tuple[str, ...] = (
    *("部门", "主管部门", "管理部门", "机关", "局", "审查", "核查", "审核", "查询", "检查", "联审"),
    *("数据", "记录", "信息", "名单", "库名单", "情况", "处罚", "行政处罚", "违法", "事故", "系统", "平台"),
)
"""What may stand behind such a word without meaning another department; so may an addition in brackets."""


class DatedName(Model):
    """What something is called from a day on, until the next name begins."""

    name: RegisteredName
    since: date


class DepartmentView(Model):
    """`name` is today's; `closed_on` the day from which it acts no more. `sources` are those that its people may record
    facts of, beside what it says in its own name."""

    department_id: Id
    tenant: TenantId
    name: str
    names: tuple[DatedName, ...]
    functions: frozenset[DepartmentFunction]
    sources: frozenset[SpokenFor] = frozenset()
    telephone: str | None = None
    address: str | None = None
    closed_on: date | None = None
    version: int


class DepartmentChange(Model):
    """What a department is said to be, whole: when it is registered and when it changes.

    `sources` are those that its people may record facts of (`contracts.fact_sources`); not said, they follow from its
    functions (`FUNCTION_SOURCES`).
    """

    name: NewName
    functions: frozenset[DepartmentFunction] = frozenset({"policy"})
    sources: frozenset[SpokenFor] | None = None
    telephone: str | None = Field(default=None, max_length=40)
    address: str | None = Field(default=None, max_length=120)


class RegisterDepartment(Command[DepartmentView], InTenant):
    """Enter a department in the tenant's register."""

    owner: ClassVar[ServiceName] = "gateway"

    department: DepartmentChange


class ChangeDepartment(Command[DepartmentView], InTenant):
    """Name it anew from a day on, or change what it is there for. Earlier names stay with their days."""

    owner: ClassVar[ServiceName] = "gateway"

    department_id: Id
    department: DepartmentChange
    since: date
    reason: Why
    expected_version: int


class CloseDepartment(Command[DepartmentView], InTenant):
    """From `closed_on` on nobody is appointed to it, and what its people hold there ends."""

    owner: ClassVar[ServiceName] = "gateway"

    department_id: Id
    closed_on: date
    reason: Why
    expected_version: int


class DepartmentRegistered(Event):
    aggregate: ClassVar[str] = "department"

    department_id: Id
    name: str
    names: tuple[DatedName, ...]
    functions: frozenset[DepartmentFunction]
    telephone: str | None = None
    address: str | None = None


class DepartmentChanged(Event):
    """The department as it is now, whole."""

    aggregate: ClassVar[str] = "department"

    department_id: Id
    name: str
    names: tuple[DatedName, ...]
    functions: frozenset[DepartmentFunction]
    telephone: str | None = None
    address: str | None = None
    closed_on: date | None = None


class DepartmentPage(Page):
    items: tuple[DepartmentView, ...]


class ListDepartments(PagedQuery[DepartmentPage], InTenant):
    """The tenant's departments by name; those that are closed only when asked for."""

    owner: ClassVar[ServiceName] = "gateway"

    function: DepartmentFunction | None = None
    closed: bool = False


class GetDepartment(Query[DepartmentView], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    department_id: Id


class DutyView(Model):
    """A duty (岗位) as the tenant calls it; `kind` is what it permits."""

    duty_id: Id
    tenant: TenantId
    kind: DutyKind
    name: str
    names: tuple[DatedName, ...]
    retired_on: date | None = None
    version: int


class RegisterDuty(Command[DutyView], InTenant):
    """Give the tenant another duty of a kind. One of each kind is there from the tenant's first day."""

    owner: ClassVar[ServiceName] = "gateway"

    kind: DutyKind
    name: NewName


class RenameDuty(Command[DutyView], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    duty_id: Id
    name: NewName
    since: date
    expected_version: int


class DutyRegistered(Event):
    aggregate: ClassVar[str] = "duty"

    duty_id: Id
    kind: DutyKind
    name: str


class DutyRenamed(Event):
    aggregate: ClassVar[str] = "duty"

    duty_id: Id
    kind: DutyKind
    name: str
    since: date


class DutyPage(Page):
    items: tuple[DutyView, ...]


class ListDuties(PagedQuery[DutyPage], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    kind: DutyKind | None = None


WindowPermission = Literal["accept", "pass_on"]
"""收件受理；收件并转办（开发区窗口）: a window may accept, or accept and pass on to the county's own."""


class WindowView(Model):
    """A service window (专窗): whose it is and what it may do."""

    window_id: Id
    tenant: TenantId
    name: str
    department_id: Id
    permissions: frozenset[WindowPermission]
    address: str
    telephone: str | None = None
    hours: str | None = None
    closed_on: date | None = None
    version: int


class WindowChange(Model):
    """What a window is said to be, whole."""

    name: NewName
    department_id: Id
    permissions: frozenset[WindowPermission] = Field(default=frozenset({"accept"}), min_length=1)
    address: str = Field(min_length=2, max_length=120)
    telephone: str | None = Field(default=None, max_length=40)
    hours: str | None = Field(default=None, max_length=80)


class OpenWindow(Command[WindowView], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    window: WindowChange


class ChangeWindow(Command[WindowView], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    window_id: Id
    window: WindowChange
    closed_on: date | None = None
    expected_version: int


class WindowPage(Page):
    items: tuple[WindowView, ...]


class ListWindows(PagedQuery[WindowPage], InTenant):
    owner: ClassVar[ServiceName] = "gateway"


PlanTermUse = Literal[
    "approver",  # 审批岗：计划中“由谁审批”
    "check",  # 核验来源：计划中“向谁核验”
    "department",  # 部门：计划与条目中的部门名称
]

PlanTerm = Annotated[str, Field(min_length=2, max_length=120)]
"""Words of a plan that name somebody or something, as the plan writes them: 政策主管部门审批岗, 统计库名单."""


class ToDuty(Model):
    """Whoever holds a duty of that kind: in the department named, or in the item's own where none is."""

    to: Literal["duty"] = "duty"
    kind: DutyKind
    department_id: Id | None = None


class ToDepartment(Model):
    """That department."""

    to: Literal["department"] = "department"
    department_id: Id


class ToSource(Model):
    """A source of facts (`contracts.fact_sources`), which answers for `department_id`."""

    to: Literal["source"] = "source"
    source: Annotated[str, Field(min_length=2, max_length=60)]
    department_id: Id | None = None


PlanTermMeaning = Annotated[ToDuty | ToDepartment | ToSource, Field(discriminator="to")]


class PlanTermView(Model):
    """What a plan's words mean here. Without a meaning they were seen and wait to be mapped."""

    term_id: Id
    tenant: TenantId
    use: PlanTermUse
    term: str
    meaning: PlanTermMeaning | None
    version: int


class MapPlanTerm(Command[PlanTermView], InTenant):
    """Say once for the tenant what a plan's words mean; said again, the later meaning counts from then on."""

    owner: ClassVar[ServiceName] = "gateway"

    use: PlanTermUse
    term: PlanTerm
    meaning: PlanTermMeaning


class PlanTermMapped(Event):
    aggregate: ClassVar[str] = "plan_term"

    use: PlanTermUse
    term: str
    meaning: PlanTermMeaning


class PlanTermPage(Page):
    items: tuple[PlanTermView, ...]


class ListPlanTerms(PagedQuery[PlanTermPage], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    use: PlanTermUse | None = None
