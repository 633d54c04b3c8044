"""Which event makes which message, and in which words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeRegistry, FakeUnit, MemoryStore, received
from contracts.entitlements import EnterprisesMatched
from contracts.identity import TenantSettings
from contracts.name_changes import EnterpriseRenamed
from contracts.notify import MessageDelivered
from contracts.rule.shares import Level
from contracts.treasury import DisbursementHeld, DisbursementReturned, DisbursementSettled
from services.notify.messages import use_cases
from services.notify.messages.domain import Message
from services.notify.messages.name_changes import tell_renamed
from services.notify.messages.rendering import SMS_LETTERS, fields_of, render
from services.notify.messages.store import Messages
from services.notify.messages.templates import TEMPLATES
from tests.unit.oversight.case_story import (
    AMOUNT,
    GROUND,
    approved,
    claim,
    heard,
    money,
    payout_moved,
    rejected,
    review_moved,
)

CASE = claim()
HELD = "兑现资金 200,000.00 元正在等待预算安排：预算指标不足。将按审核通过的先后拨付，无需重新申报。"
SETTLED = "兑现资金 200,000.00 元已于 2026-03-10 12:08 到账，收款账户 6222…1234（示例银行赣州分行）。"
RETURNED = "兑现资金 200,000.00 元被银行退回，原因：户名不符。请尽快更正收款账户，账户确认后将重新拨付。"


@pytest.fixture
def messages() -> MemoryStore[Message]:
    return MemoryStore()


@pytest.fixture
def uow(messages: MemoryStore[Message]) -> FakeUnit:
    return FakeUnit("xingguo", stores={Messages: messages})


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (approved(CASE), "审核通过，核定金额 200,000.00 元，资金将按时限拨付至贵单位账户。"),
        (rejected(CASE), "审核未通过。原因：营业收入未达到规定标准。如有疑问，请联系市工业和信息化局。"),
        (money(DisbursementHeld, CASE), HELD),
        (money(DisbursementSettled, CASE), SETTLED),
        (money(DisbursementReturned, CASE), RETURNED),
        (review_moved(CASE, NOON), f"审核时限为 2026-03-10 12:00（{GROUND}）。无需办理任何手续。"),
        (payout_moved(CASE, NOON), f"拨付时限为 2026-03-10 12:00（{GROUND}）。无需办理任何手续。"),
        (review_moved(CASE, None, NOON), f"审核时限暂未确定（{GROUND}）。无需办理任何手续。"),
    ],
)
def test_a_message_names_enterprise_item_receipt_and_what_happened(event: Any, said: str) -> None:
    about = "赣州示例电子有限公司：贵单位“首次入规奖励”（收件编号 GZ-20260310-AAAA0001）"
    for channel in TEMPLATES[type(event)].channels:
        assert render(TEMPLATES[type(event)], fields_of(event), channel) == about + said


def test_a_reason_that_no_carrier_would_take_is_told_in_full_in_the_inbox_only() -> None:
    event = rejected(CASE, "不符合条件" * 150)
    template, fields = TEMPLATES[type(event)], fields_of(event)
    assert "不符合条件" * 150 in render(template, fields, "inbox")
    short = render(template, fields, "sms")
    assert len(short) == SMS_LETTERS
    assert short.endswith("……（全文见站内消息）。如有疑问，请联系市工业和信息化局。")


def test_a_refusal_says_what_it_rests_on_and_how_one_objects() -> None:
    event = rejected(CASE).model_copy(
        update={
            "cites": ("《若干措施》（章府发〔2026〕3 号）", "上年度营业收入不低于 2000 万元。"),
            "how_to_object": "拨打 12345。",
        }
    )
    said = render(TEMPLATES[type(event)], fields_of(event), "inbox")
    assert "依据：《若干措施》（章府发〔2026〕3 号）；上年度营业收入不低于 2000 万元。如有疑问" in said
    assert said.endswith("如对本结果有异议：拨打 12345。")


def test_a_short_message_leaves_out_what_a_refusal_rests_on_before_it_cuts_the_reason() -> None:
    event = rejected(CASE, "材料不符").model_copy(update={"cites": ("条款" * 150,) * 2, "how_to_object": "拨打 12345"})
    short = render(TEMPLATES[type(event)], fields_of(event), "sms")
    assert len(short) <= SMS_LETTERS
    assert "原因：材料不符……（全文见站内消息）。如有疑问" in short
    assert short.endswith("如对本结果有异议：拨打 12345。")


def test_names_that_alone_are_too_long_are_cut_rather_than_refused_by_the_carrier() -> None:
    event = rejected(claim(item_title="奖" * 500), "不符")
    assert len(render(TEMPLATES[type(event)], fields_of(event), "sms")) == SMS_LETTERS


def test_money_in_the_account_is_told_in_the_inbox_at_once_and_by_sms_soon(
    uow: FakeUnit, messages: MemoryStore[Message]
) -> None:
    event = heard(money(DisbursementSettled, CASE), tenant="xingguo")
    event.envelope = event.envelope.model_copy(update={"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
    use_cases.tell_enterprises([event], uow)
    inbox, sms = sorted(messages.rows.values(), key=lambda message: message.channel)
    assert (inbox.channel, inbox.state, inbox.delivered_at) == ("inbox", "delivered", uow.now)
    assert (sms.channel, sms.state, sms.delivered_at) == ("sms", "pending", None)
    assert {message.tenant for message in (inbox, sms)} == {"xingguo"}
    assert {message.traceparent for message in (inbox, sms)} == {event.traceparent}
    assert uow.jobs == {("xingguo", "deliver_sms", sms.id): uow.now}
    (told,) = uow.events
    assert isinstance(told, MessageDelivered)
    assert (told.receipt, told.claim, told.channel) == (CASE.receipt, CASE, "inbox")


def test_history_that_is_replayed_lies_in_the_inbox_and_is_sent_to_nobody(
    uow: FakeUnit, messages: MemoryStore[Message]
) -> None:
    event = heard(money(DisbursementSettled, CASE), tenant="xingguo")
    event.envelope = event.envelope.model_copy(update={"replayed": True})
    use_cases.tell_enterprises([event], uow)
    assert [message.channel for message in messages.rows.values()] == ["inbox"]
    assert uow.jobs == {}


def test_over_a_channel_that_the_tenant_has_closed_nobody_is_told_and_the_inbox_is_always_open(
    messages: MemoryStore[Message],
) -> None:
    closed = FakeRegistry({"xingguo": (None, Level.COUNTY, TenantSettings(channels=()))})
    uow = FakeUnit("xingguo", stores={Messages: messages}, registry=closed)
    use_cases.tell_enterprises([heard(money(DisbursementSettled, CASE), tenant="xingguo")], uow)
    assert [message.channel for message in messages.rows.values()] == ["inbox"]
    assert uow.jobs == {}


def test_a_tenant_that_is_not_known_here_yet_has_closed_no_channel(messages: MemoryStore[Message]) -> None:
    uow = FakeUnit("xingguo", stores={Messages: messages}, registry=FakeRegistry({}))
    use_cases.tell_enterprises([heard(money(DisbursementSettled, CASE), tenant="xingguo")], uow)
    assert {message.channel for message in messages.rows.values()} == {"inbox", "sms"}


def test_the_same_event_again_is_the_same_message(uow: FakeUnit, messages: MemoryStore[Message]) -> None:
    event = heard(money(DisbursementSettled, CASE))
    for _ in range(3):
        use_cases.tell_enterprises([event, event], uow)
    assert len(messages.rows) == 2
    assert {message.version for message in messages.rows.values()} == {1}


def test_an_approval_that_two_payers_share_is_told_once(uow: FakeUnit, messages: MemoryStore[Message]) -> None:
    half = AMOUNT // 2
    use_cases.tell_enterprises([heard(approved(CASE, "ganzhou", part=half))], uow)
    use_cases.tell_enterprises([heard(approved(CASE, "xingguo", part=half))], uow)
    (message,) = messages.rows.values()
    assert "核定金额 200,000.00 元" in message.text


def test_a_corrected_approval_is_told_again(uow: FakeUnit, messages: MemoryStore[Message]) -> None:
    use_cases.tell_enterprises([heard(approved(CASE)), heard(approved(CASE, revision=2))], uow)
    assert len(messages.rows) == 2


def test_the_message_belongs_to_the_enterprises_own_tenant_whoever_the_event_is_addressed_to(
    uow: FakeUnit, messages: MemoryStore[Message]
) -> None:
    event = heard(rejected(CASE), tenant="ganzhou")
    assert use_cases.enterprises_tenant(event) == ("xingguo",)
    use_cases.tell_enterprises([event], uow)
    assert {message.tenant for message in messages.rows.values()} == {"xingguo"}


def test_a_enterprise_is_told_in_its_inbox_what_it_is_newly_entitled_to_once_a_year(
    messages: MemoryStore[Message], uow: FakeUnit
) -> None:
    chunk = EnterprisesMatched(
        chunk_id="c-1", item_id="i-1", item_version=1, item_title="首次入规奖励", year=2026,
        enterprise_ids=("e-1", "e-2"), matched_at=uow.now,
    )  # fmt: skip
    again = chunk.model_copy(update={"chunk_id": "c-2", "enterprise_ids": ("e-2",)})
    next_year = again.model_copy(update={"chunk_id": "c-3", "year": 2027})
    use_cases.tell_newly_entitled([received(each, tenant="xingguo") for each in (chunk, again, next_year)], uow)
    written = list(messages.rows.values())
    assert sorted(message.enterprise_id for message in written) == ["e-1", "e-2", "e-2"]
    assert {(message.channel, message.state, message.claim) for message in written} == {("inbox", "delivered", None)}
    assert all("首次入规奖励" in message.text for message in written)


def test_an_enterprise_that_is_called_otherwise_is_told_so_once(uow: FakeUnit, messages: MemoryStore[Message]) -> None:
    renamed = EnterpriseRenamed(
        enterprise_id="ent-1",
        former_name="旧名企业",
        name="新名企业",
        effective_on=date(2026, 3, 2),
        changed_at=NOON,
    )
    event = received(renamed, tenant="xingguo")
    for _ in range(2):
        tell_renamed([event], uow)
    assert sorted(each.channel for each in messages.rows.values()) == ["inbox", "sms"]
    text = next(iter(messages.rows.values())).text
    assert text.startswith("新名企业：贵单位在本地区企业档案中的名称已由“旧名企业”变更为“新名企业”（自 2026-03-02 起）")
