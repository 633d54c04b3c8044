"""A case as the others tell it: one claim, and every event that can be said of it."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from chassis.events.received import Received
from chassis.foundation.secrecy import AesCipher, Cipher
from chassis.testing.fakes import NOON, received
from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReassessed,
    CaseReopened,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
    ObjectionAnswered,
    ObjectionRaised,
    PublicNoticeEnded,
    PublicNoticeStarted,
    StepAnswered,
    SupplementAnswered,
    SupplementLapsed,
    SupplementPoint,
    SupplementRequested,
    TaskDeadlineApproaching,
    TaskDeadlineMissed,
)
from contracts.case_notices import NoticeIssued, NoticeServed
from contracts.enterprises import Payee
from contracts.intake import ApplicationSubmitted, Claim, EnterprisesNominated, NominatedLine
from contracts.message import Event
from contracts.notify import MessageDelivered, MessageFailed
from contracts.review import (
    CaseAccepted,
    CaseApproved,
    CaseRejected,
    InspectionRecorded,
    ReviewDeadlineMoved,
    Share,
    TaskAssigned,
)
from contracts.supplements import SupplementDueSoon
from contracts.treasury import (
    ContradictionCleared,
    DisbursementAuthorised,
    DisbursementCancelled,
    DisbursementContradicted,
    DisbursementEvent,
    DisbursementFailed,
    DisbursementHeld,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementReturned,
    DisbursementSent,
    DisbursementSettled,
    DisbursementUnknown,
    PayoutDeadlineMoved,
)
from services.oversight.domain import CaseStep
from services.oversight.query_codes import keyed
from services.oversight.steps import step_of

QUERY_CODE = "7K2M9PQX"
AMOUNT = 20_000_000
PAYEE = Payee(
    account_id="acc-1",
    account_version=1,
    account_name="赣州示例电子有限公司",
    account_sealed="sealed",
    account_masked="6222…1234",
    bank_name="示例银行赣州分行",
)


def claim(receipt: str = "GZ-20260310-AAAA0001", **changes: Any) -> Claim:
    """A claim of an enterprise in Xingguo under an item of the city of Ganzhou, unless told otherwise."""
    fields: dict[str, Any] = {
        "application_id": f"app-{receipt}",
        "receipt": receipt,
        "tenant": "ganzhou",
        "filed_in": "xingguo",
        "enterprise_id": "ent-1",
        "enterprise_name": "赣州示例电子有限公司",
        "uscc": "91360732MA35EXAMPL",
        "item_id": "item-1",
        "item_version": 1,
        "item_title": "首次入规奖励",
        "mode": "instant",
        "department": "市工业和信息化局",
    }
    return Claim.model_validate(fields | changes)


def after(minutes: float) -> datetime:
    """So many minutes into the story."""
    return NOON + timedelta(minutes=minutes)


CIPHER = AesCipher.from_key(base64.b64encode(bytes(32)).decode())


def kept(receipt: str, cipher: Cipher = CIPHER) -> str:
    """The digest of the case's query code as oversight keeps it."""
    return keyed(digest_of(receipt), cipher)


def digest_of(receipt: str, query_code: str = QUERY_CODE) -> str:
    """What intake sends along: the SHA-256 of receipt and code, as its contract says."""
    return sha256(f"{receipt}{query_code}".encode()).hexdigest()


def submitted(about: Claim) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        claim=about,
        facts=(),
        payee=PAYEE,
        estimated_fen=AMOUNT,
        query_code_digest=digest_of(about.receipt),
        submitted_by="enterprise",
        submitted_at=after(0),
    )


def nominated(*claims: Claim) -> EnterprisesNominated:
    return EnterprisesNominated(
        nomination_id="nom-1",
        lines=tuple(
            NominatedLine(
                claim=each,
                facts=(),
                payee=PAYEE,
                amount_fen=AMOUNT,
                query_code_digest=digest_of(each.receipt),
            )
            for each in claims
        ),
        nominated_by="officer",
        nominated_at=after(0),
    )


GROUND = "依据全国 2027 年工作日历第 1 版（国办发明电〔2026〕5号）计算"


def happened(kind: type[Event], about: Claim, **changes: Any) -> Any:
    """An event between filing and decision, with what it usually says."""
    return kind.model_validate({"case_id": case_of(about), "claim": about} | SAID[kind] | changes)


POINTS = (
    SupplementPoint(
        about="material", code="licence", label="营业执照", fault="outdated", text="请上传现行有效的副本。"
    ),
    SupplementPoint(about="field", code="revenue", label="营业收入", fault="missing", text="请填写 2025 年度数据"),
)
SAID: dict[type[Event], dict[str, Any]] = {
    StepAnswered: {
        "task": "joint_check",
        "slot": "tax",
        "verdict": "passed",
        "department": "市税务局",
        "text_zh": "市税务局核查：无欠税记录",
        "answered_by": "person-secret",
        "answered_at": after(2),
    },
    TaskDeadlineApproaching: {
        "task_id": "t-1",
        "task": "joint_check",
        "department": "市税务局",
        "used_percent": 80,
        "due_at": after(90),
    },
    TaskDeadlineMissed: {"task_id": "t-1", "task": "joint_check", "department": "市税务局", "due_at": after(90)},
    CaseNotAccepted: {
        "reason": "不属于本部门职权范围。",
        "cites": ("《若干措施》第三条",),
        "how_to_object": "60 日内向赣州市人民政府申请行政复议。",
        "decided_by": "person-secret",
        "decided_at": after(1),
    },
    SupplementRequested: {
        "supplement_id": "s-1",
        "round": 1,
        "points": POINTS,
        "due_at": after(600),
        "requested_by": "person-secret",
    },
    SupplementAnswered: {"supplement_id": "s-1", "round": 1, "answered_at": after(3)},
    SupplementLapsed: {"supplement_id": "s-1", "round": 1, "then": "decided_as_filed"},
    SupplementDueSoon: {"supplement_id": "s-1", "round": 1, "due_at": after(600), "then": "withdrawn"},
    CaseSuspended: {"cause": "objection", "reason": "公示异议核查", "projected_due_at": after(5100)},
    CaseResumed: {"cause": "objection", "due_at": after(5200)},
    PublicNoticeStarted: {
        "notice_id": "n-1",
        "first_day": "2026-03-11",
        "last_day": "2026-03-17",
        "amount_fen": AMOUNT,
    },
    PublicNoticeEnded: {"notice_id": "n-1", "objections": 0, "upheld": False},
    ObjectionRaised: {"notice_id": "n-1", "objection_id": "o-1"},
    ObjectionAnswered: {"notice_id": "n-1", "objection_id": "o-1", "upheld": True, "answer": "申报主体不符。"},
    CaseReassessed: {
        "was_fen": AMOUNT,
        "now_fen": AMOUNT // 2,
        "text_zh": "2025 年度营业收入由 3000 万元更正为 1800 万元",
    },
    CaseWithdrawn: {"reason": "企业自愿撤回", "withdrawn_by": "enterprise", "withdrawn_at": after(4)},
    CaseReopened: {
        "revision": 2,
        "reason": "核定依据有误",
        "asked_by": "person-secret",
        "agreed_by": "person-other",
        "reopened_at": after(20),
    },
    NoticeIssued: {
        "notice_id": "n-2",
        "kind": "refusal",
        "number": "市工业和信息化局惠企不批〔2026〕1号",
        "content_sha256": "0" * 64,
        "pdf_sha256": "1" * 64,
        "size": 20_000,
        "sealed": False,
        "issued_at": after(5),
    },
    NoticeServed: {
        "notice_id": "n-2",
        "kind": "refusal",
        "number": "市工业和信息化局惠企不批〔2026〕1号",
        "means": "window",
        "served_at": after(6),
    },
    BenefitGranted: {
        "benefit_kind": "qualification",
        "text_zh": "认定为市级专精特新企业",
        "certificate": "GZ-ZJTX-26001",
        "granted_by": "person-secret",
        "granted_at": after(5),
    },
}
"""What each of them says here; whoever acted is nobody's business outside."""


def accepted(about: Claim, *, awaits_year: int | None = None) -> CaseAccepted:
    due_at = after(5000) if awaits_year is None else None
    return CaseAccepted(
        case_id=case_of(about), claim=about, accepted_at=after(0), due_at=due_at, awaits_year=awaits_year
    )


def review_moved(
    about: Claim, due_at: datetime | None, was: datetime | None = None, awaits_year: int | None = None
) -> ReviewDeadlineMoved:
    return ReviewDeadlineMoved(
        case_id=case_of(about), claim=about, was=was, due_at=due_at, awaits_year=awaits_year, reason=GROUND
    )


def payout_moved(about: Claim, due_at: datetime | None, was: datetime | None = None) -> PayoutDeadlineMoved:
    return PayoutDeadlineMoved(
        disbursement_id="d-1",
        case_id=case_of(about),
        claim=about,
        amount_fen=AMOUNT,
        was=was,
        due_at=due_at,
        reason=GROUND,
    )


def assigned(about: Claim) -> TaskAssigned:
    return TaskAssigned(
        case_id=case_of(about), claim=about, task="site_inspection", department=about.department, due_at=None
    )


def inspected(about: Claim) -> InspectionRecorded:
    return InspectionRecorded(
        case_id=case_of(about),
        claim=about,
        passed=True,
        findings="设备已投产",
        place="厂区",
        inspected_at=after(2),
        recorded_by="officer",
    )


def approved(about: Claim, payer: str = "xingguo", *, part: int = AMOUNT, revision: int = 1) -> CaseApproved:
    return CaseApproved(
        case_id=case_of(about),
        claim=about,
        payer=payer,
        amount_fen=part,
        total_fen=AMOUNT,
        shares=(Share(payer=payer, amount_fen=part),),
        payee=PAYEE,
        revision=revision,
        approved_by="officer",
        approved_at=after(3),
    )


def rejected(about: Claim, reason: str = "营业收入未达到规定标准。") -> CaseRejected:
    return CaseRejected(case_id=case_of(about), claim=about, reason=reason, rejected_by="officer", rejected_at=after(3))


WORDS: dict[type[DisbursementEvent], dict[str, Any]] = {
    DisbursementHeld: {"reason": "预算指标不足"},
    DisbursementReady: {"due_at": after(2000)},
    DisbursementAuthorised: {"authorised_by": "checker"},
    DisbursementRecalled: {"reason": "收款账户已变更", "account_version": 2},
    DisbursementSent: {"instruction_id": "i-1"},
    DisbursementUnknown: {"instruction_id": "i-1"},
    DisbursementSettled: {
        "instruction_id": "i-1",
        "bank_reference": "B1",
        "account_masked": PAYEE.account_masked,
        "bank_name": PAYEE.bank_name,
        "settled_at": after(8),
    },
    DisbursementFailed: {"instruction_id": "i-1", "reason": "账户已销户"},
    DisbursementReturned: {"instruction_id": "i-1", "reason": "户名不符"},
    DisbursementContradicted: {"instruction_id": "i-1", "reason": "银行答复“已支付”"},
    ContradictionCleared: {"conclusion": "银行已更正", "cleared_by": "checker-1"},
    DisbursementCancelled: {"reason": "审核结果已更正"},
}


def money(
    kind: type[DisbursementEvent], about: Claim, disbursement: str = "d-1", part: int = AMOUNT
) -> DisbursementEvent:
    """An event of one disbursement."""
    return kind.model_validate(
        {
            "disbursement_id": disbursement,
            "case_id": case_of(about),
            "claim": about,
            "amount_fen": part,
            **WORDS[kind],
        }
    )


def delivered(about: Claim | None, channel: str = "sms") -> MessageDelivered:
    return MessageDelivered.model_validate(_message(about, channel) | {"delivered_at": after(9)})


def undelivered(about: Claim) -> MessageFailed:
    return MessageFailed.model_validate(_message(about, "sms") | {"reason": "号码已停机"})


def _message(about: Claim | None, channel: str) -> dict[str, Any]:
    return {
        "message_id": "m-1",
        "enterprise_id": about.enterprise_id if about else "ent-1",
        "receipt": about.receipt if about else None,
        "channel": channel,
        "template": "disbursement_settled",
        "claim": about,
    }


def case_of(about: Claim) -> str:
    return f"case-{about.receipt}"


def heard(
    event: Event,
    *,
    tenant: str = "ganzhou",
    origin: str | None = None,
    subject: str | None = None,
    sequence: int = 1,
    minute: float = 0,
) -> Received[Any]:
    """The event as a handler gets it: addressed to `tenant`, said by an aggregate of `origin`'s, at that minute."""
    plain = received(event, tenant=tenant, subject=subject, sequence=sequence)
    envelope = plain.envelope.model_copy(update={"origin": origin or tenant, "time": after(minute)})
    return Received(envelope=envelope, data=plain.data, body=envelope.model_dump_json())


def steps(*events: tuple[Event, float]) -> list[CaseStep]:
    """The steps that these events add to the story of one claim, each at its minute."""
    return [step_of(event, claim(), after(minute)) for event, minute in events]
