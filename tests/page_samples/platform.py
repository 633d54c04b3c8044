"""The system administrator's pages: a city with its counties, its registers, a calendar, and what is stuck."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal_kit import administrator

from contracts.calendars import (
    NATION,
    CalendarDay,
    CalendarDue,
    CalendarView,
    CalendarYear,
    LoadedCalendars,
    MissingCalendar,
)
from contracts.department_systems import DepartmentSystemList, DepartmentSystemView
from contracts.departments import (
    DatedName,
    DepartmentPage,
    DepartmentView,
    DutyPage,
    DutyView,
    PlanTermPage,
    PlanTermView,
    ToDuty,
    ToSource,
    WindowPage,
    WindowView,
)
from contracts.duties import DUTY_KINDS, DUTY_NAMES
from contracts.identity import DatedDivisionCode, SiteFooter, TenantSettings, TenantView
from contracts.message import Model
from contracts.onboarding import OnboardingChecklist
from contracts.plan_terms import ItemWithTerm, UnmappedTerm, UnmappedTermPage
from contracts.refusal import Refusal
from contracts.stuck_work import StuckPiece, StuckPieceView, StuckWork
from contracts.tenants import TenantPage, TenantVersion, TenantVersionPage
from gateway.identity.onboarding.domain import Found, checklist
from page_samples import PageSample

PEOPLE = {
    "system": administrator("system_admin"),
    "county_system": administrator("system_admin", "xingguo"),
}
NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)
SINCE = date(2026, 3, 1)
FOOTER = SiteFooter(organiser="兴国县人民政府办公室", site_code="3607320001", discipline_phone="0797-12388")


def json(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json")


# -- places -------------------------------------------------------------------------------------------------------


def tenant(id: str, name: str, level: str, code: str, prefix: str, parent: str | None = None) -> TenantView:
    return TenantView(
        id=id,
        parent_id=parent,
        level=level,  # type: ignore[arg-type]
        division_code=code,
        division_codes=(DatedDivisionCode(code=code),),
        name=name,
        settings=TenantSettings(receipt_prefix=prefix, footer=FOOTER),
        version=2,
    )


TENANTS = (
    tenant("ganzhou", "赣州市", "city", "360700", "GZ"),
    tenant("xingguo", "兴国县", "county", "360732", "XG", "ganzhou"),
    tenant("zhanggong", "章贡区", "county", "360702", "ZG", "ganzhou"),
)
EVERYWHERE = {"list_tenants": json(TenantPage(items=TENANTS))}


def version(number: int, why: str, **settings: Any) -> TenantVersion:
    return TenantVersion(
        version=number,
        parent_id="ganzhou",
        division_code="360732",
        division_code_since=None,
        name="兴国县",
        settings=TenantSettings(receipt_prefix="XG", **settings),
        why=why,
        changed_by="system_admin-1",
        changed_by_name="李四",
        changed_at=NOON - timedelta(days=30 * (3 - number)),
    )


VERSIONS = TenantVersionPage(
    items=(version(2, "夏令时间结束，调整作息", closing_time="17:00", footer=FOOTER), version(1, ""))
)
NEARLY_READY = OnboardingChecklist(
    tenant="xingguo",
    name="兴国县",
    lines=checklist(
        Found(
            functions={"policy": 6, "approval_bureau": 1, "finance": 1, "discipline": 1},
            duties={"policy_author": 3, "first_review": 4, "leader": 2, "window": 2, "bureau_intake": 1},
            windows=1,
            loaded=frozenset({2026}),
            footer=FOOTER,
        ),
        date(2026, 11, 30),
    ),
)


# -- registers ----------------------------------------------------------------------------------------------------


def department(number: int, name: str, *functions: str, **more: Any) -> DepartmentView:
    return DepartmentView(
        department_id=f"department-{number}",
        tenant="xingguo",
        name=name,
        names=(DatedName(name="兴国县经济贸易委员会", since=date(2020, 1, 1)), DatedName(name=name, since=SINCE)),
        functions=frozenset(functions),  # type: ignore[arg-type]
        version=3,
        **more,
    )


DEPARTMENTS = (
    department(1, "兴国县行政审批局", "approval_bureau", telephone="0797-5300000", address="兴国县文明大道"),
    department(2, "兴国县财政局", "finance"),
    department(3, "兴国县发展和改革委员会", "policy", "development_reform"),
    department(4, "兴国县商贸局", "policy", closed_on=date(2026, 6, 30)),
)
WINDOWS = (
    WindowView(
        window_id="window-1",
        tenant="xingguo",
        name="惠企政策兑现专窗",
        department_id="department-1",
        permissions=frozenset({"accept"}),
        address="县政务服务中心二楼 A12",
        telephone="0797-5300001",
        hours="工作日 9:00–17:00",
        version=1,
    ),
    WindowView(
        window_id="window-2",
        tenant="xingguo",
        name="经济开发区窗口",
        department_id="department-3",
        permissions=frozenset({"accept", "pass_on"}),
        address="兴国经开区管委会一楼",
        version=1,
    ),
)
DUTIES = tuple(
    DutyView(
        duty_id=kind,
        tenant="xingguo",
        kind=kind,
        name=DUTY_NAMES[kind],
        names=(DatedName(name=DUTY_NAMES[kind], since=SINCE),),
        version=1,
    )
    for kind in DUTY_KINDS
)
PLAN_TERMS = (
    PlanTermView(
        term_id="term-1",
        tenant="xingguo",
        use="approver",
        term="政策主管部门审批岗",
        meaning=ToDuty(kind="first_review"),
        version=1,
    ),
    PlanTermView(
        term_id="term-2",
        tenant="xingguo",
        use="check",
        term="统计库名单",
        meaning=ToSource(source="statistics", department_id="department-3"),
        version=1,
    ),
)
UNMAPPED = UnmappedTermPage(
    items=(
        UnmappedTerm(
            use="check",
            term="税务部门",
            items=tuple(
                ItemWithTerm(item_id=f"item-{n}", code=f"JX-00{n}", title=f"规模以上工业企业奖励（示例{n}）")
                for n in range(4)
            ),
        ),
    )
)
SYSTEMS = tuple(
    DepartmentSystemView(
        system_id=f"system-{n}",
        department_id=f"department-{n}",
        name=name,
        address=f"https://sys{n}.example.gov.cn/zhida",
        patience_minutes=minutes,
        state="open" if n == 1 else "closed",
        registered_at=NOON,
        closed_at=None if n == 1 else NOON,
        version=n,
    )
    for n, name, minutes in ((1, "应急管理业务系统", 1440), (2, "生态环境执法系统", 120))
)
REGISTERS = {
    **EVERYWHERE,
    "list_departments": json(DepartmentPage(items=DEPARTMENTS)),
    "get_department": json(DEPARTMENTS[0]),
    "list_windows": json(WindowPage(items=WINDOWS)),
    "list_department_systems": json(DepartmentSystemList(items=SYSTEMS)),
    "list_duties": json(DutyPage(items=DUTIES)),
    "list_plan_terms": json(PlanTermPage(items=PLAN_TERMS)),
    "list_unmapped_terms": json(UNMAPPED),
}


# -- calendars ----------------------------------------------------------------------------------------------------


def year_of(tenant: str, year: int, version: int, **more: Any) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "year": year,
        "version": version,
        "document_number": "国办发明电〔2025〕7号" if version else "",
        "why": "载入 2026 年放假安排" if version else "",
        "published_at": NOON if version else None,
        **more,
    }


REST = tuple(date(2026, *day) for day in ((1, 1), (1, 2), (2, 16), (2, 17), (5, 1), (10, 1), (10, 2)))
WORKED = (date(2026, 1, 4), date(2026, 2, 14))
NATIONAL = CalendarView(
    **year_of(NATION, 2026, 1), nation_version=1, rest_days=REST, working_days=WORKED, working_day_count=248
)
OF_XINGGUO = CalendarView(
    **year_of("xingguo", 2026, 2),
    nation_version=1,
    rest_days=(*REST, date(2026, 6, 8)),
    working_days=WORKED,
    own_days=(CalendarDay(day=date(2026, 6, 8), working=False),),
    working_day_count=247,
)
LOADED = LoadedCalendars(
    tenant=NATION,
    years=(
        CalendarYear(**year_of(NATION, 2025, 0)),
        CalendarYear(**year_of(NATION, 2026, 1)),
    ),
    known_until=date(2026, 12, 31),
    due=CalendarDue(year=2027, urgency="reminder", since=date(2026, 11, 15)),
)
MISSING = {
    "items": [
        json(MissingCalendar(tenant="xingguo", year=2027, clock="payout", since=NOON)),
        json(MissingCalendar(tenant=NATION, year=2027, clock="next_year", since=NOON)),
    ]
}
YEAR_ASKED_FOR = {
    "items": [
        {
            "message_id": "message-1",
            "kind": "calendar_reminder",
            "text": "1 个年度的工作日历待载入",
            "department_id": None,
            "duty": "system_admin",
            "count": 1,
            "subjects": [{"text": "2027 年工作日历", "subject_type": "calendar", "subject_id": "2027"}],
            "since": NOON.isoformat(),
            "latest": NOON.isoformat(),
            "unread": True,
        }
    ],
    "next_cursor": None,
}
CALENDARS = {
    **EVERYWHERE,
    "list_calendars": json(LOADED),
    "list_missing_calendars": MISSING,
    "get_calendar": json(NATIONAL),
}
NOT_LOADED = {
    "refused": Refusal(
        kind="not_found", code="calendar_not_loaded", message="2027 年的工作日安排尚未载入。"
    ).model_dump()
}
NOTICE = "元旦：1月1日（周五）至3日（周日）放假，共3天。 春节：2月5日至11日放假调休，共7天。2月13日（周六）上班。"


# -- health -------------------------------------------------------------------------------------------------------


def piece(kind: str, id: str, **more: Any) -> StuckPiece:
    fields = {
        "service": "treasury",
        "kind": kind,
        "id": id,
        "tenant": "xingguo",
        "what": "CaseApproved",
        "subject": "case/01H8-2Z 第 2 条",
        "error": "payer_mismatch: 付款地区与事项不符",
        "since": NOON - timedelta(hours=3),
        "attempts": 7,
        "stopped": True,
        "next_attempt_at": None,
    }
    return StuckPiece.model_validate(fields | more)


STUCK = StuckWork(
    items=(
        piece("event", "0190-event"),
        piece("unreadable", "q" * 40, tenant=None, what="zhida.treasury.events", subject="1203 字节", error="not JSON"),
        piece(
            "timer",
            "send_disbursement/01H8",
            what="send_disbursement",
            subject="01H8",
            error="",
            attempts=0,
            stopped=False,
            next_attempt_at=NOON,
        ),
    ),
    total=3,
)
BODY = (
    '{"type": "zhida.review.CaseApproved", "subject": "01H8-2Z", "tenant": "xingguo", "data": {"amount_fen": 20000000}}'
)
HEALTH = {**EVERYWHERE, "list_stuck_work": json(STUCK), "list_missing_calendars": MISSING}


def sample(path: str, address: str = "", answers: dict[str, Any] | None = None, **more: Any) -> PageSample:
    return PageSample(path, address or path, answers or {}, **({"who": "system"} | more))


ONE = "/platform/tenants/{id}"
PIECE = "/platform/stuck/{service}/{kind}"
REGISTERED = {"list_departments": json(DepartmentPage(items=DEPARTMENTS))}
SAMPLES = [
    sample("/platform/tenants", answers=EVERYWHERE),
    sample("/platform/tenants", "/platform/tenants?parent_id=nowhere", {"list_tenants": json(TenantPage(items=()))}),
    sample("/platform/tenants/new", answers=EVERYWHERE),
    sample(ONE, "/platform/tenants/xingguo", {**EVERYWHERE, "get_tenant": json(TENANTS[1]), **REGISTERED}),
    sample(f"{ONE}/versions", "/platform/tenants/xingguo/versions", {"get_tenant_versions": json(VERSIONS)}),
    sample(
        "/platform/tenants/{tenant}/checklist",
        "/platform/tenants/xingguo/checklist?done=onboarded",
        {"get_onboarding_checklist": json(NEARLY_READY), "list_unmapped_terms": json(UNMAPPED)},
    ),
    sample("/platform/calendars", answers=CALENDARS),
    sample("/inbox", answers={"list_duty_messages": YEAR_ASKED_FOR}),
    sample(
        "/platform/calendars/check",
        f"/platform/calendars/check?year=2027&notice={NOTICE}",
        {"get_calendar": NOT_LOADED},
    ),
    sample(
        "/platform/calendars/check",
        "/platform/calendars/check?year=2027&rest_lines=13月1日",
        {"get_calendar": NOT_LOADED},
        status=422,
    ),
    sample("/platform/calendars/{year}", "/platform/calendars/2026", CALENDARS),
    sample(
        "/platform/calendars/{year}",
        "/platform/calendars/2026?tenant=xingguo",
        {**CALENDARS, "get_calendar": json(OF_XINGGUO)},
    ),
    sample("/platform/departments", "/platform/departments?tenant=xingguo", REGISTERS),
    sample("/platform/departments", answers=REGISTERS, who="county_system"),
    sample("/platform/departments/{department_id}", "/platform/departments/department-1?tenant=xingguo", REGISTERS),
    sample("/platform/windows", "/platform/windows?tenant=xingguo", REGISTERS),
    sample("/platform/windows/{window_id}", "/platform/windows/window-2?tenant=xingguo", REGISTERS),
    sample("/platform/department-systems", "/platform/department-systems?tenant=xingguo", REGISTERS),
    sample(
        "/platform/department-systems/{system_id}", "/platform/department-systems/system-1?tenant=xingguo", REGISTERS
    ),
    sample("/platform/duties", "/platform/duties?tenant=xingguo", REGISTERS),
    sample("/platform/plan-terms", "/platform/plan-terms?tenant=xingguo", REGISTERS),
    sample("/platform/plan-terms/map", "/platform/plan-terms/map?tenant=xingguo&use=check&term=统计库名单", REGISTERS),
    sample("/platform/plan-terms/map", "/platform/plan-terms/map?tenant=xingguo&use=approver&term=审批岗", REGISTERS),
    sample("/platform/health", answers=HEALTH),
    sample(
        PIECE,
        "/platform/stuck/treasury/event?id=0190-event&tenant=xingguo",
        {"get_stuck_work": json(StuckPieceView(piece=STUCK.items[0], body=BODY))},
    ),
]
