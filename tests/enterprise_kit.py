"""What an enterprise of the samples is entitled to, has filed and was told, as the owners of things would answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from duties_kit import duties_of
from page_samples.public import NOON, tracked
from portal_kit import Somebody

from console.policy.items import sample_item
from contracts.application_forms import ApplicationForm, AskedFact, FormMaterial, FormPayee
from contracts.enterprises import (
    FactKey,
)
from contracts.entitlements import EntitlementPage, EntitlementView, ListedEntitlement
from contracts.intake import ApplicationPage, ApplicationView, Claim, ReplacedClaim
from contracts.message import Actor
from contracts.notify import MessagePage, MessageView
from contracts.rule import Assessment, Fact, FactSheet, State, absolute_period
from contracts.supplements import SupplementPointView, SupplementView
from gateway.identity.views import Principal
from rules import assess
from rules.facts import same_dimension
from rules.text.phrases import Names
from services.catalog.enterprises.shown_facts import shown_fact, shown_facts

NAME = "赣州示例精密电子有限公司"
TODAY = NOON.date()
RECEIPT = "ZG-20260310-AB12CD34"


def acting(id: str, name: str, duties: frozenset[str]) -> Somebody:
    actor = Actor(id=id, name=name, roles=frozenset({"enterprise"}), enterprise_id="ent-1", duties=duties)
    return Somebody(Principal("zhanggong", actor), person_name=name, acting_for=NAME, unread=2)


PEOPLE = {
    "owner": acting("p-owner", "李文华", duties_of("enterprise")),
    "viewer": acting("p-agent", "陈小兰", frozenset({"enterprise_view"})),
}


def fact(name: str, kind: str, value: Any, period: str | None = None, unit: str | None = None, **more: Any) -> Fact:
    said = {"source": "章贡区税务局", "as_of": date(2026, 2, 28), **more}
    return Fact(name=name, kind=kind, value=value, unit=unit, period=period, **said)


KNOWN = (
    fact("cbec_export", "number", "860", "2025", "万元", source="赣州海关"),
    fact("renovation_investment", "number", "1250", "2026", "万元", source="章贡区工业和信息化局"),
    fact("is_sme", "flag", True, source="章贡区工业和信息化局", valid_until=date(2026, 1, 31)),
    fact("tech_sme_first_listed", "flag", True, "2025", source="章贡区科技局"),
)


def checked(code: str, *more: Fact) -> EntitlementView:
    content = sample_item(code)
    rules = content.rules
    sheet = FactSheet(facts=(*KNOWN, *more), reference_year=rules.reference_year or 2026)
    found = assess(rules, sheet, TODAY)
    return EntitlementView(
        item_id=code,
        item_version=1,
        enterprise_id="ent-1",
        verdict=found.verdict,
        amount=found.amount,
        headline=found.headline,
        checked_at=NOON,
        evidence=shown_facts(sheet, rules.fact_types_by_name, TODAY),
        declarable=tuple(
            FactKey(name=each.fact, period=absolute_period(each.period, sheet.reference_year))
            for each in rules.plan.form_fields
        ),
    )


def listed(code: str) -> ListedEntitlement:
    content, found = sample_item(code), checked(code)
    plan = content.rules.plan
    return ListedEntitlement(
        item_id=code,
        item_version=1,
        tenant="zhanggong",
        title=content.title,
        department=plan.department,
        mode=plan.mode,
        sample=True,
        verdict=found.verdict,
        amount=found.amount,
        headline=found.headline,
    )


def entitled(state: State, *codes: str, more: bool = True) -> dict[str, Any]:
    page = EntitlementPage(
        enterprise_id="ent-1",
        met=7,
        undetermined=41,
        not_met=45,
        items=tuple(listed(code) for code in codes),
        matched_at=NOON,
        next_cursor="next" if more else None,
    )
    assert all(each.verdict.state is state for each in page.items)
    return page.model_dump(mode="json")


def comes_to(found: Assessment) -> dict[str, Any]:
    """What answers that are no whole assessment say of one."""
    return {"verdict": found.verdict, "amount": found.amount, "headline": found.headline}


def form(code: str, **changed: Any) -> dict[str, Any]:
    content = sample_item(code)
    rules, plan = content.rules, content.rules.plan
    year = rules.reference_year or 2026
    types = rules.fact_types_by_name
    sheet = FactSheet(facts=KNOWN, reference_year=year)
    found = assess(rules, sheet, TODAY)
    asked = []
    for field in plan.form_fields:
        declared, known = types[field.fact], sheet.find(field.fact, field.period)
        asked.append(
            AskedFact(
                name=field.fact,
                period=absolute_period(field.period, year),
                label=Names(types, year).fact(field.fact, field.period),
                kind=declared.kind,
                unit=declared.unit,
                is_money=declared.unit is not None and same_dimension(declared.unit, "元"),
                codes=declared.codes,
                required=field.required,
                hint=field.hint,
                known=shown_fact(known, types, TODAY) if known else None,
            )
        )
    made = ApplicationForm(
        item_id=code,
        item_version=1,
        title=content.title,
        department=plan.department,
        mode=plan.mode,
        sample=True,
        enterprise_id="ent-1",
        enterprise_name=NAME,
        fields=tuple(asked),
        materials=tuple(FormMaterial(**each.model_dump()) for each in plan.materials),
        payee=FormPayee(account_name=NAME, account_masked="6222 **** **** 0018", bank_name="中国工商银行赣州章贡支行"),
        **comes_to(found),
    )
    return {**made.model_dump(mode="json"), **changed}


def application(**changed: Any) -> dict[str, Any]:
    view = ApplicationView(
        claim=Claim(
            application_id="app-1",
            receipt=RECEIPT,
            tenant="zhanggong",
            filed_in="zhanggong",
            enterprise_id="ent-1",
            enterprise_name=NAME,
            uscc="91360702DEM000014H",
            item_id="SD-002",
            item_version=1,
            item_title="跨境电商出口独立站建设扶持（示例）",
            mode="instant",
            department="章贡区商务局",
            replaces=ReplacedClaim(application_id="app-0", receipt="ZG-20260105-ZZ99YY88"),
        ),
        query_code="K7M3P9QX",
        estimated_fen=20_000_000,
        submitted_at=NOON,
    )
    return ApplicationPage(items=(view.model_copy(update=changed),)).model_dump(mode="json")


TURNS = {
    "accepted": {"turn": "章贡区商务局", "telephone": "0797-8190000"},
    "returned": {"turn": "企业（更正收款账户）", "telephone": None},
}


def cases(*states: str, more: bool = False) -> dict[str, Any]:
    items = [
        {**tracked(state, **TURNS.get(state, {})), "receipt": f"{RECEIPT[:-1]}{at}"} for at, state in enumerate(states)
    ]
    return {"items": items, "next_cursor": "next" if more else None}


REJECTED = tracked(
    "rejected",
    receipt=RECEIPT,
    amount_fen=None,
    steps=[
        {"code": "ApplicationSubmitted", "text": "提交申报，已出具收件回执", "by": "企业", "at": NOON.isoformat()},
        {"code": "CaseAccepted", "text": "已受理，进入审核", "by": "章贡区商务局", "at": NOON.isoformat()},
        {
            "code": "CaseRejected",
            "text": "审核未通过：独立站建设发票的付款方不是申报单位，按《扶持措施》第六条不能计入投入。",
            "by": "章贡区商务局",
            "at": (NOON + timedelta(days=2)).isoformat(),
        },
    ],
)


def _said(state: str, code: str, text: str, by: str, **more: Any) -> dict[str, Any]:
    """A case whose last step is this."""
    filed = {"code": "ApplicationSubmitted", "text": "提交申报，已出具收件回执", "by": "企业", "at": NOON.isoformat()}
    last = {"code": code, "text": text, "by": by, "at": (NOON + timedelta(days=2)).isoformat()}
    return tracked(state, receipt=RECEIPT, amount_fen=None, steps=[filed, last], **more)


TO_MEND = _said(
    "supplementing",
    "SupplementRequested",
    "一次性告知补正（请于 2026-03-24 18:00 前补正）：1. 独立站建设合同（缺少）请上传盖章的合同",
    "章贡区商务局",
    turn="企业（补正材料）",
    due_at="2026-03-24T10:00:00Z",
    paused="supplement",
    projected_due_at="2026-03-26T10:00:00Z",
)
NOT_ACCEPTED = _said(
    "not_accepted", "CaseNotAccepted", "不予受理：申报事项不属于本部门职权范围。", "章贡区商务局", due_at=None
)
WITHDRAWN = _said("withdrawn", "CaseWithdrawn", "申请已撤回：企业自愿撤回", "企业", due_at=None)
BENEFIT = _said(
    "granted", "BenefitGranted", "准予：认定为示例企业（证书或通知编号 GZ-26001）", "章贡区商务局", due_at=None
)
PAUSED = _said(
    "accepted",
    "CaseSuspended",
    "审核时限暂停计算（异议核查中）：公示期间收到异议",
    "系统",
    turn="章贡区商务局",
    due_at=None,
    paused="objection",
    projected_due_at="2026-03-26T10:00:00Z",
)


def message(at: int, template: str, text: str, receipt: str | None = None, **more: Any) -> MessageView:
    said = {"channel": "inbox", "state": "delivered", **more}
    return MessageView(
        message_id=f"m-{at}",
        receipt=receipt,
        template=template,
        text=text,
        created_at=NOON - timedelta(days=at),
        delivered_at=NOON - timedelta(days=at) if said["state"] == "delivered" else None,
        **said,
    )


MESSAGES = MessagePage(
    items=(
        message(
            0,
            "case_approved",
            f"{NAME}：贵单位“新增产值奖励”（收件编号 {RECEIPT}）审核通过，核定金额 200,000.00 元，资金将按时限拨付至贵单位账户。",
            RECEIPT,
            unread=True,
        ),
        message(
            1,
            "newly_entitled",
            "按企业档案现有数据，贵单位符合“技术改造设备奖补”的申报条件，可在“能享受什么”查看依据和预计金额；能否兑现以审核结果为准。",
        ),
        message(
            3,
            "contact_changed",
            f"{NAME}：贵单位的联系手机已于 2026-03-07 10:00 由 138****1234 变更为 139****0002，今后的通知发往新号码。",
            channel="sms",
            state="failed",
        ),
    ),
    next_cursor="next",
).model_dump(mode="json")


FIGURE = AskedFact(
    name="store_cost",
    period="2025",
    label="2025年度独立站建设费用",
    kind="number",
    unit="万元",
    is_money=True,
    required=True,
)
FLAG = AskedFact(name="own_brand", label="自有品牌", kind="flag", required=True)
POINTS = (
    SupplementPointView(
        about="material", code="contract", label="建站合同", fault="missing", text="请补充签字盖章的合同"
    ),
    SupplementPointView(
        about="field",
        code="store_cost/2025",
        label=FIGURE.label,
        fault="wrong",
        text="与发票合计不一致",
        asked=FIGURE,
    ),
    SupplementPointView(about="field", code="own_brand", label="自有品牌", fault="missing", text="请填写", asked=FLAG),
)


def supplement(**changed: Any) -> dict[str, Any]:
    """What the department asks to be mended: a paper, a figure, and a yes or no."""
    view = SupplementView(
        supplement_id="supplement-1",
        case_id="case-1",
        application_id="app-1",
        receipt=RECEIPT,
        item_title="跨境电商出口独立站建设扶持（示例）",
        enterprise_name=NAME,
        round=1,
        state="open",
        points=POINTS,
        before_acceptance=True,
        then="withdrawn",
        requested_by="officer-1",
        requested_at=NOON,
        department="章贡区商务局",
        due_at=NOON + timedelta(days=9),
        version=1,
    )
    return view.model_copy(update=changed).model_dump(mode="json")
