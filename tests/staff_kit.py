"""Cases, payments and budget lines as those who work with them are told of them, and the people of a county."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from plan_samples import STEPS
from portal_kit import Somebody

from chassis.testing.fakes import NOON
from contracts.award_findings import AwardFindingView, FoundAward
from contracts.case_materials import ConfirmedMaterial
from contracts.case_sheet import CaseSheet, EarlierAward, InspectionView, SheetFact, SheetMaterial
from contracts.case_tasks import SheetTask
from contracts.duties import DutyKind, roles_of
from contracts.intake import Claim
from contracts.message import Actor
from contracts.message_previews import MessagePreview, MessagePreviews
from contracts.money import Money
from contracts.refusal import Reason
from contracts.review import CaseCounts, CaseNeighbours, CaseView, ItemCount
from contracts.rule import ConditionResult, Line, MissingFact, State
from contracts.treasury import BudgetLineView, BudgetTotals, DisbursementSummary, DisbursementView
from gateway.identity.views import Principal

DEPARTMENT = "章贡区科学技术局"
LAKH = 20_000_000
NAMES = (
    "赣州市章贡区虔矿机电有限公司",
    "赣州示例精工制造有限公司",
    "江西章江软件股份有限公司",
    "赣州市样本电子有限公司",
)


def colleague(
    *duties: DutyKind,
    name: str = "张三",
    where: str = DEPARTMENT,
    id: str = "officer-1",
    department_id: str | None = None,
) -> Somebody:
    """Somebody with these duties in a department, signed in."""
    actor = Actor(
        id=id,
        roles=frozenset(roles_of(duties)),
        name=name,
        department=where,
        department_id=department_id,
        duties=frozenset(map(str, duties)),
    )
    return Somebody(Principal("zhanggong", actor), name, f"{where} · 岗位")


def claim(n: int = 1, **changed: Any) -> Claim:
    said: dict[str, Any] = {
        "application_id": f"application-{n}",
        "receipt": f"ZGQ-20260310-{n:06d}",
        "tenant": "zhanggong",
        "filed_in": "zhanggong",
        "enterprise_id": f"enterprise-{n}",
        "enterprise_name": NAMES[n % len(NAMES)],
        "uscc": f"91360702DEM{n:06d}X",
        "item_id": "NM-002",
        "item_version": 1,
        "item_title": "企业研发投入后补助",
        "mode": "instant",
        "department": DEPARTMENT,
    }
    return Claim.model_validate(said | changed)


def case(n: int = 1, *, due_in: timedelta | None = timedelta(days=1), **changed: Any) -> CaseView:
    about = changed.pop("claim", None) or claim(n)
    said: dict[str, Any] = {
        "case_id": f"case-{n}",
        "claim": about,
        "state": "accepted",
        "amount_fen": LAKH,
        "asked_fen": LAKH,
        "working": ("上年度研发投入 2,000,000 元 × 10% = 200,000 元",),
        "verdict": "met",
        "payee_name": about.enterprise_name,
        "account_masked": "6222…1234",
        "inspection_required": False,
        "inspection_passed": None,
        "due_at": None if due_in is None else NOON + due_in,
        "accepted_at": NOON - timedelta(days=3),
        "steps": STEPS,
        "version": 2,
    }
    return CaseView.model_validate(said | changed)


def conditions(*, met: bool = True) -> tuple[ConditionResult, ...]:
    return (
        ConditionResult(
            text_zh="上年度研发投入不低于 100 万元",
            state=State.MET if met else State.NOT_MET,
            fact="rd_expense",
            period="2025",
            actual="200 万元" if met else "80 万元",
            required="不低于 100 万元",
            decisive=not met,
        ),
        ConditionResult(
            text_zh="为规模以上企业",
            state=State.MET,
            fact="above_scale",
            period="2025",
            actual="是",
            required="是",
            decisive=False,
        ),
        ConditionResult(
            text_zh="近三年未发生重大安全生产事故",
            state=State.MET if met else State.UNDETERMINED,
            fact="accident",
            period=None,
            actual="否" if met else None,
            required="否",
            decisive=not met,
        ),
    )


FACT: dict[str, Any] = {"source": "统计部门", "as_of": date(2026, 2, 20)}
FACTS = (
    SheetFact(name="rd_expense", label="研发投入", period="2025", value="200 万元", **FACT),
    SheetFact(
        name="above_scale", label="规模以上企业", period="2025", value="是", valid_until=date(2026, 12, 31), **FACT
    ),
)
EARLIER = EarlierAward(
    case_id="case-90",
    receipt="ZGQ-20250612-000017",
    item_id="NM-002",
    item_title="企业研发投入后补助",
    amount_fen=LAKH // 2,
    decided_at=NOON - timedelta(days=270),
)
PLEDGED = SheetMaterial(
    code="audit", name="研发费用专项审计报告", required=True, provided_by="applicant", pledge="承诺所报研发投入真实"
)


def sheet(about: CaseView | None = None, *, met: bool = True, **changed: Any) -> CaseSheet:
    about = about or case()
    said: dict[str, Any] = {
        "case": about,
        "eligibility": "上年度研发投入不低于 100 万元，为规模以上企业，且近三年未发生重大安全生产事故。",
        "amount": "按上年度研发投入的 10% 补助，最高 100 万元。",
        "conditions": conditions(met=met),
        "working": (
            Line(text_zh="上年度研发投入 2,000,000 元 × 10% = 200,000 元", value=Money(LAKH)),
            Line(text_zh="未超过封顶 1,000,000 元", value=Money(0)),
        ),
        "facts": FACTS,
        "missing": () if met else (MissingFact(name="accident", period=None, label="安全生产事故", why="absent"),),
        "awards": (EARLIER,),
        "materials": (
            PLEDGED,
            SheetMaterial(code="licence", name="营业执照", required=True, provided_by="data_exchange"),
        ),
        "account_version": 2,
        "bank_name": "示例银行赣州章贡支行",
        "version": about.version,
    }
    return CaseSheet.model_validate(said | changed)


def refused_sheet() -> CaseSheet:
    """One that does not meet its conditions, is overdue and awaits its inspection."""
    obstacles = (
        Reason(code="not_eligible", message="企业不符合该事项的条件：上年度研发投入不低于 100 万元。"),
        Reason(code="inspection_required", message="该事项须现场勘查合格后方可批准。"),
        Reason(code="material_unconfirmed", message="须先核对申报材料：营业执照。"),
    )
    about = case(
        2,
        due_in=timedelta(days=-5),
        verdict="not_met",
        obstacles=obstacles,
        inspection_required=True,
        unconfirmed_materials=("licence",),
        asked_fen=LAKH * 2,
    )
    return sheet(about, met=False)


def received_sheet() -> CaseSheet:
    """One that waits to be accepted."""
    task = SheetTask(task="acceptance", due_at=NOON + timedelta(days=3), department=DEPARTMENT)
    return sheet(case(1, state="received", received_at=NOON), tasks=(task,))


def inspected_sheet() -> CaseSheet:
    found = InspectionView(
        passed=True,
        findings="设备在用，与申报一致",
        place="章贡区水西镇厂区",
        inspected_at=NOON,
        recorded_by="officer-1",
    )
    licence = ConfirmedMaterial(
        code="licence", name="营业执照", means="data_exchange", confirmed_by="officer-1", confirmed_at=NOON
    )
    there = SheetMaterial(
        code="licence", name="营业执照", required=True, provided_by="data_exchange", confirmed=licence
    )
    about = case(3, inspection_required=True, inspection_passed=True)
    return sheet(about, inspection=found, materials=(PLEDGED, there))


def counts(**changed: Any) -> CaseCounts:
    items = (
        ItemCount(item_id="NM-002", item_title="企业研发投入后补助", count=37),
        ItemCount(item_id="GZ-009", item_title="首次入规奖励", count=5),
    )
    said = {"states": {"accepted": 42, "approved": 310, "rejected": 12}, "overdue": 3, "items": items}
    return CaseCounts.model_validate(said | changed)


def neighbours() -> CaseNeighbours:
    return CaseNeighbours(previous_id="case-7", next_id="case-8")


def previews(reason: str = "上年度研发投入 80 万元，低于要求的 100 万元") -> MessagePreviews:
    about = claim(2)
    text = (
        f"{about.enterprise_name}：贵单位“{about.item_title}”（收件编号 {about.receipt}）审核未通过。原因：{reason}。"
        f"依据：《章贡区科技创新若干措施》（章府发〔2026〕3 号）。如有疑问，请联系{DEPARTMENT}。"
        "如对本结果有异议：可向章贡区科学技术局（0797-0000000）提出。"
    )
    return MessagePreviews(
        items=(
            MessagePreview(channel="inbox", text=text),
            MessagePreview(channel="sms", text=text[:60] + "……（全文见站内消息）。"),
        )
    )


def payment(n: int = 1, *, due_in: timedelta | None = timedelta(days=1), **changed: Any) -> DisbursementView:
    about = claim(n)
    said: dict[str, Any] = {
        "disbursement_id": f"payment-{n}",
        "case_id": f"case-{n}",
        "claim": about,
        "state": "ready",
        "amount_fen": LAKH * (n % 5 + 1),
        "payee_name": about.enterprise_name,
        "account_masked": f"6222…{1000 + n}",
        "bank_name": "示例银行赣州章贡支行",
        "instruction_id": None,
        "attempt": 1,
        "reason": None,
        "approved_by": "officer-1",
        "authorised_by": None,
        "due_at": None if due_in is None else NOON + due_in,
        "received_at": NOON - timedelta(hours=n),
        "settled_at": None,
        "account_version": 1,
        "revision": 1,
        "instalment": 1,
        "year": 2026,
        "line_id": "line-1",
        "approved_at": NOON - timedelta(days=1),
        "version": 1,
    }
    return DisbursementView.model_validate(said | changed)


def renewed() -> DisbursementView:
    """A second attempt, after the bank sent the first one back."""
    about = {"attempt": 2, "previous_id": "payment-40", "account_version": 2, "amount_fen": LAKH}
    return payment(4, due_in=timedelta(days=-3), **about)


def returned() -> DisbursementView:
    return payment(40, state="returned", reason="账号与户名不符", claim=claim(4), settled_at=NOON - timedelta(days=9))


def unheard() -> DisbursementView:
    """One that follows an instruction that the bank never heard of; the bank contradicts that now."""
    about = {"attempt": 2, "previous_id": "payment-40", "account_version": 2, "payee_of": "enterprise-survivor"}
    former = {"unheard_instruction_id": "payment-40-1", "unheard_asked_at": NOON - timedelta(hours=1)}
    return payment(8, contradiction="指令 payment-40-1 账面为“支付失败”，银行答复“已支付”", **about, **former)


def finding(**changed: Any) -> AwardFindingView:
    """An item that one enterprise was granted under two codes."""
    awards = tuple(
        FoundAward(
            case_id=f"case-{n}",
            receipt=claim(n).receipt,
            uscc=code,
            enterprise_name=claim(1).enterprise_name,
            filed_in="zhanggong",
            amount_fen=LAKH * n,
            granted_at=NOON - timedelta(days=10 - n),
        )
        for n, code in enumerate(("91360702DEM000022C", "91360702DEM000014H"), start=1)
    )
    said: dict[str, Any] = {
        "finding_id": "finding-1",
        "item_id": "NM-002",
        "item_title": claim(1).item_title,
        "department": DEPARTMENT,
        "period": "2026",
        "awards": awards,
        "too_much_fen": 2 * LAKH,
        "state": "open",
        "found_at": NOON,
        "version": 1,
    }
    return AwardFindingView.model_validate(said | changed)


def summary(*payments: DisbursementView, **changed: Any) -> DisbursementSummary:
    largest = sorted(payments, key=lambda each: -each.amount_fen)[:3]
    said = {
        "count": len(payments),
        "total_fen": sum(each.amount_fen for each in payments),
        "renewed": sum(each.previous_id is not None for each in payments),
        "overdue": 1 if payments else 0,
        "largest": tuple(largest),
    }
    return DisbursementSummary.model_validate(said | changed)


def line(n: int = 1, **changed: Any) -> BudgetLineView:
    said: dict[str, Any] = {
        "line_id": f"line-{n}",
        "year": 2026,
        "department": (DEPARTMENT, "章贡区工业和信息化局", "章贡区商务局")[n % 3],
        "item_id": None if n % 2 else "NM-002",
        "mode": "quota",
        "appropriated_fen": 50 * LAKH,
        "reserved_fen": 3 * LAKH,
        "settled_fen": 21 * LAKH,
        "returned_fen": LAKH,
        "swept_fen": 0,
        "available_fen": 27 * LAKH,
        "version": 7,
    }
    return BudgetLineView.model_validate(said | changed)


def totals() -> BudgetTotals:
    return BudgetTotals(
        lines=3,
        appropriated_fen=150 * LAKH,
        reserved_fen=9 * LAKH,
        settled_fen=63 * LAKH,
        returned_fen=3 * LAKH,
        swept_fen=0,
        available_fen=81 * LAKH,
    )


def appointments(name: str = "李审批", at: datetime = NOON) -> dict[str, Any]:
    """Whoever is asked about, as the register of people answers."""
    held = {
        "appointment_id": "appointment-1",
        "tenant": "zhanggong",
        "person_id": "officer-1",
        "person_name": name,
        "department_id": "department-1",
        "department": DEPARTMENT,
        "duty_id": "duty-1",
        "duty": "初审岗",
        "kind": "first_review",
        "since": at.date().isoformat(),
        "version": 1,
    }
    return {"items": [held], "next_cursor": None}


def told(answer: Any) -> dict[str, Any]:
    """An answer as it comes over the bus."""
    wire: dict[str, Any] = answer.model_dump(mode="json")
    return wire


def listed(*items: Any, cursor: str | None = None) -> dict[str, Any]:
    """A page of a list as it comes over the bus."""
    return {"items": [told(each) for each in items], "next_cursor": cursor}
