"""What an enterprise is told between filing and decision: of each thing once, and of nothing that is no news to it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit, MemoryStore
from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReassessed,
    CaseReopened,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
    ObjectionAnswered,
    PublicNoticeStarted,
    SupplementLapsed,
    SupplementPoint,
    SupplementRequested,
)
from contracts.payee_holders import PayeeHolder
from contracts.supplements import SupplementDueSoon
from services.notify.messages import use_cases
from services.notify.messages.domain import Message
from services.notify.messages.rendering import SMS_LETTERS, fields_of, render
from services.notify.messages.store import Messages
from services.notify.messages.templates import TEMPLATES, TOLD_TO_BOTH_SIDES, TOLD_TO_ENTERPRISES
from services.notify.staff.asking import KIND_OF
from tests.unit.oversight.case_story import AMOUNT, POINTS, accepted, after, approved, claim, happened, heard

CASE = claim()
ABOUT = "赣州示例电子有限公司：贵单位“首次入规奖励”（收件编号 GZ-20260310-AAAA0001）"
HOLDER = PayeeHolder(kind="person", holder_id="h-1", name="某人", code_masked="3607…001X", named_by="ent-1")


@pytest.fixture
def messages() -> MemoryStore[Message]:
    return MemoryStore()


@pytest.fixture
def uow(messages: MemoryStore[Message]) -> FakeUnit:
    return FakeUnit("xingguo", stores={Messages: messages})


def told(*events: Any) -> list[Message]:
    """What these write, in the order of their channels."""
    kept: MemoryStore[Message] = MemoryStore()
    use_cases.tell_enterprises(
        [heard(event, tenant="ganzhou") for event in events], FakeUnit("xingguo", stores={Messages: kept})
    )
    return sorted(kept.rows.values(), key=lambda each: (each.template, each.channel))


def said(event: Any) -> str:
    template = TEMPLATES[type(event)]
    return render(template, fields_of(event), "inbox")


@pytest.mark.parametrize(
    ("event", "channels", "text"),
    [
        (accepted(CASE), "inbox", "已受理。审核时限至 2026-03-13 23:20。"),
        (accepted(CASE, awaits_year=2027), "inbox", "已受理。审核时限待 2027 年工作日安排公布后确定。"),
        (
            accepted(CASE).model_copy(update={"silent": True, "due_at": None}),
            "inbox",
            "已过受理期限，自收件之日起视为受理。",
        ),
        (
            accepted(CASE).model_copy(update={"instalment": 2, "due_at": None}),
            "inbox",
            "第 2 期复核已开始，无需重新申报。",
        ),
        (
            happened(CaseNotAccepted, CASE),
            "inbox sms",
            (
                "不予受理。原因：不属于本部门职权范围。依据：《若干措施》第三条。如有疑问，请联系市工业和信息化局。"
                "如对本结果有异议：60 日内向赣州市人民政府申请行政复议。"
            ),
        ),
        (
            happened(SupplementRequested, CASE),
            "inbox sms",
            (
                "有 2 项需要补正（补正期限至 2026-03-10 22:00）：1. 营业执照（已过期）请上传现行有效的副本；"
                "2. 营业收入（缺少）请填写 2025 年度数据。补正期间不计入审核时限。"
            ),
        ),
        (
            happened(SupplementRequested, CASE, due_at=None, awaits_year=2027, points=POINTS[:1]),
            "inbox sms",
            "有 1 项需要补正（补正期限待 2027 年工作日安排公布后确定）：1. 营业执照（已过期）请上传现行有效的副本。补正期间不计入审核时限。",
        ),
        (
            happened(SupplementDueSoon, CASE),
            "inbox sms",
            (
                "还没有补正，补正期限至 2026-03-10 22:00。逾期未补正的，视为撤回申请。请尽快办理，如有疑问，"
                "请联系市工业和信息化局。"
            ),
        ),
        (
            happened(SupplementLapsed, CASE),
            "inbox",
            "补正期限已过，未收到补正，将按现有材料继续审核。如有疑问，请联系市工业和信息化局。",
        ),
        (
            happened(CaseSuspended, CASE),
            "inbox",
            "审核时限暂停计算，原因：公示异议核查。如现在恢复计算，审核时限至 2026-03-14 01:00。无需办理任何手续。",
        ),
        (
            happened(CaseResumed, CASE),
            "inbox",
            "审核时限恢复计算。审核时限至 2026-03-14 02:40。无需办理任何手续。",
        ),
        (
            happened(PublicNoticeStarted, CASE),
            "inbox",
            "开始公示，公示期 2026-03-11 至 2026-03-17，公示金额 200,000.00 元。公示期间有人提出异议的，核查清楚后继续办理。",
        ),
        (
            happened(ObjectionAnswered, CASE),
            "inbox",
            "公示期间收到的异议，经核查成立：申报主体不符。如有疑问，请联系市工业和信息化局。",
        ),
        (
            happened(CaseReassessed, CASE),
            "inbox",
            "测算金额由 200,000.00 元变为 100,000.00 元：2025 年度营业收入由 3000 万元更正为 1800 万元。最终以审核结果为准。",
        ),
        (
            happened(CaseWithdrawn, CASE),
            "inbox sms",
            "的申请已撤回，原因：企业自愿撤回。如非贵单位本意，请尽快联系市工业和信息化局。",
        ),
        (
            happened(CaseReopened, CASE),
            "inbox sms",
            "已作出的决定将重新审查，原因：核定依据有误。重新审查的结果将另行通知。如有疑问或需要说明情况，请联系市工业和信息化局。",
        ),
        (
            happened(BenefitGranted, CASE),
            "inbox sms",
            "审核通过，准予：认定为市级专精特新企业（证书或通知编号 GZ-ZJTX-26001）。",
        ),
    ],
)
def test_each_event_is_told_over_its_channels_in_its_words(event: Any, channels: str, text: str) -> None:
    written = told(event)
    assert " ".join(each.channel for each in written) == channels
    assert {each.text for each in written} == {ABOUT + text}


@pytest.mark.parametrize(
    "event",
    [
        accepted(claim(mode="no_application")),
        happened(CaseSuspended, CASE, cause="supplement"),
        happened(CaseResumed, CASE, cause="supplement"),
        happened(CaseSuspended, CASE, cause="reopened"),
        happened(ObjectionAnswered, CASE, upheld=False),
        happened(CaseReassessed, CASE, now_fen=AMOUNT),
        happened(CaseReassessed, CASE, was_fen=None, now_fen=None),
        happened(SupplementLapsed, CASE, then="withdrawn"),
    ],
)
def test_what_is_no_news_to_an_enterprise_is_not_told(event: Any) -> None:
    assert told(event) == []


def test_an_amount_that_becomes_known_or_unknown_is_told() -> None:
    assert "测算金额为 100,000.00 元：" in said(happened(CaseReassessed, CASE, was_fen=None))
    assert "测算金额暂不能确定：" in said(happened(CaseReassessed, CASE, now_fen=None))


def test_a_supplement_too_long_for_a_carrier_keeps_its_number_and_its_deadline_and_points_to_the_inbox() -> None:
    point = SupplementPoint(about="field", code="x", label="项目", fault="wrong", text="请说明" * 60)
    event = happened(SupplementRequested, CASE, points=[point] * 9)
    inbox, sms = told(event)
    assert inbox.text.count("请说明") == 9 * 60
    assert len(sms.text) <= SMS_LETTERS
    assert "有 9 项需要补正（补正期限至 2026-03-10 22:00）：1. 项目（有误）" in sms.text
    assert sms.text.endswith("……（全文见站内消息）。补正期间不计入审核时限。")


@pytest.mark.parametrize("template", sorted(TEMPLATES, key=lambda each: each.__name__))
def test_no_template_has_a_link_or_a_place_that_nothing_fills(template: Any) -> None:
    text = TEMPLATES[template].text
    assert not any(mark in text for mark in ("http", "www", ".cn", ".com"))


def test_an_approval_of_two_receivers_and_two_payers_is_told_once_with_the_whole_whichever_is_heard_first() -> None:
    parts = [
        approved(CASE, payer, part=AMOUNT // 4).model_copy(
            update={"part": part, "parts": 2, "payee_holder": HOLDER if part == 2 else None}
        )
        for part in (1, 2)
        for payer in ("ganzhou", "xingguo")
    ]
    for seed in range(4):
        random.Random(seed).shuffle(parts)
        (message,) = told(*parts)
        assert message.text == f"{ABOUT}审核通过，核定金额 200,000.00 元，资金将按时限拨付至政策规定的收款人账户。"


def test_each_instalment_and_each_revision_is_told() -> None:
    year_two = approved(CASE).model_copy(update={"instalment": 2})
    assert len(told(approved(CASE), year_two, approved(CASE, revision=2))) == 3
    assert "第 2 期审核通过，核定金额" in said(year_two)


def test_everything_delivered_three_times_in_any_order_is_told_once_over_each_channel(
    uow: FakeUnit, messages: MemoryStore[Message]
) -> None:
    kinds = (
        CaseNotAccepted, SupplementRequested, SupplementDueSoon, SupplementLapsed, CaseSuspended, CaseResumed, PublicNoticeStarted,
        ObjectionAnswered, CaseReassessed, CaseWithdrawn, CaseReopened, BenefitGranted,
    )  # fmt: skip
    events = [heard(each, tenant="ganzhou") for each in (accepted(CASE), *(happened(kind, CASE) for kind in kinds))]
    events.append(heard(accepted(CASE).model_copy(update={"due_at": after(1)}), tenant="ganzhou"))
    deliveries = events * 3
    random.Random(3).shuffle(deliveries)
    for event in deliveries:
        use_cases.tell_enterprises([event], uow)
    assert len(messages.rows) == sum(len(TEMPLATES[type(event.data)].channels) for event in events[:-1])
    assert {message.tenant for message in messages.rows.values()} == {"xingguo"}


def test_what_asks_a_duty_besides_is_heard_for_both_and_all_else_for_the_enterprise_alone() -> None:
    assert set(TOLD_TO_BOTH_SIDES) == set(TEMPLATES) & set(KIND_OF)
    assert {*TOLD_TO_BOTH_SIDES, *TOLD_TO_ENTERPRISES} == set(TEMPLATES)
