"""What an enterprise reads of a finding, its record and a recovery: everything that it needs to answer, in plain words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chassis.testing.fakes import NOON, received
from contracts.flow import FLOW
from contracts.integrity_events import (
    DishonestyCorrected,
    DishonestyRecorded,
    DishonestyRepaired,
    FindingDecided,
    FindingNotified,
    FindingOpened,
    RecordRequestRefused,
    RecoveryDecided,
)
from services.notify.messages.about_integrity import WORDS
from services.notify.messages.occasions import occasion
from services.notify.messages.rendering import SMS_LETTERS, fields_of, render
from services.notify.messages.templates import TEMPLATES
from tests.remedies import REMEDIES
from tests.unit.oversight.case_story import approved, claim

FINDING: dict[str, Any] = {"finding_id": "finding-1", "case_id": "case-1", "claim": claim()}
DECIDED: dict[str, Any] = {"decided_by": "leader-1", "decided_at": NOON}
NOTIFIED = FindingNotified(
    **FINDING,
    ground="false_materials",
    facts_zh="3 张设备发票系伪造。",
    basis_zh="《财政违法行为处罚处分条例》第十四条",
    intended_zh="形成失信记录，追回资金",
    days=5,
    due_at=NOON,
    notified_by="officer-1",
    notified_at=NOON,
)
JUDGED = FindingDecided(
    **FINDING,
    **DECIDED,
    established=True,
    ground="false_materials",
    number="信决1号",
    reasons_zh="查实",
    remedies=REMEDIES,
)
RECOVERED = RecoveryDecided(
    case_id="case-1",
    claim=claim(),
    finding_id="finding-1",
    number="追决1号",
    basis_zh="条例第十四条",
    amount_fen=5_000_000,
    revision=2,
    proposed_by="officer-1",
    **DECIDED,
)
ENDED: dict[str, Any] = {**FINDING, "request_id": "request-1", "reason": "经核查属实", **DECIDED}
SAID = [
    (NOTIFIED, ["提供虚假材料", "3 张设备发票系伪造", "第十四条", "陈述、申辩", "2026-03-10 12:00", "5 个工作日"]),
    (JUDGED, ["认定成立", "信决1号", "查实", "申请行政复议", "法院"]),
    (JUDGED.model_copy(update={"established": False, "remedies": None}), ["认定不成立", "不形成失信记录"]),
    (
        DishonestyRecorded(
            **FINDING,
            ground="false_materials",
            gravity="general",
            number="信决1号",
            from_day=date(2026, 3, 10),
            until_day=date(2026, 9, 10),
            repairable_from=date(2026, 6, 11),
        ),
        ["一般", "2026-03-10 至 2026-09-10", "自 2026-06-11 起可以申请信用修复", "异议"],
    ),
    (RecordRequestRefused(**ENDED, kind="repair"), ["信用修复", "未获同意", "经核查属实"]),
    (DishonestyRepaired(**ENDED), ["已修复"]),
    (DishonestyCorrected(**ENDED), ["已更正撤销"]),
    (RECOVERED, ["50,000.00 元", "追决1号", "第十四条"]),
]


@pytest.mark.parametrize(("event", "parts"), SAID, ids=lambda each: type(each).__name__)
def test_an_enterprise_reads_all_that_it_needs(event: Any, parts: list[str]) -> None:
    template, fields = TEMPLATES[type(event)], fields_of(event)
    for channel in template.channels:
        text = render(template, fields, channel)
        assert [each for each in parts if each not in text] == []
        assert "None" not in text and "{" not in text
        assert text.startswith(f"{claim().enterprise_name}：")


def test_every_event_that_tells_an_enterprise_has_its_words_and_an_opened_finding_is_told_to_nobody_outside() -> None:
    assert {type(event) for event, _parts in SAID} == set(WORDS)
    assert FindingOpened not in TEMPLATES and "notify" in FLOW[FindingOpened].consumers


def test_a_long_notice_is_cut_in_a_short_message_and_whole_in_the_inbox() -> None:
    long = NOTIFIED.model_copy(update={"facts_zh": "发票系伪造；" * 200})
    template, fields = TEMPLATES[FindingNotified], fields_of(long)
    assert len(render(template, fields, "sms")) <= SMS_LETTERS
    assert render(template, fields, "inbox").count("发票系伪造") == 200


def test_a_recovery_stands_for_the_approval_of_less_that_it_makes() -> None:
    less = approved(claim()).model_copy(update={"case_id": "case-1", "revision": 2, "total_fen": 0})
    assert occasion(received(RECOVERED)) == occasion(received(less))
