"""Findings as a person handles them: the firm's words are shown before they are sent, and each form orders what it says."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import enterprise_kit
import openpyxl
import pytest
from page_samples.integrity import ASKED, DEFENCE, FIRM, LINES, PEOPLE, WHO, finding
from portal_kit import Bus, Visitor
from staff_kit import told

from console.contracts.program import unconnected_gateway
from contracts.message_previews import MessagePreview, MessagePreviews
from contracts.refusal_grounds import RefusalGrounds
from tests.remedies import REMEDIES

ONE = "/department/integrity/finding-1"
OWN = "/my/credit/finding-1"
VERSION = {"_version": "3"}
PREVIEWS = MessagePreviews(items=(MessagePreview(channel="inbox", text="示例企业01：贵单位涉嫌提供虚假材料"),))


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), {**PEOPLE, **enterprise_kit.PEOPLE})


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "get_refusal_grounds": told(RefusalGrounds(case_id="case-1", grounds=(), remedies=REMEDIES, version=1)),
        **WHO,
        **FIRM,
        **LINES,
        "get_finding": told(finding()),
        "preview_finding_notice": told(PREVIEWS),
        "preview_finding_decision": told(PREVIEWS),
        "notify_finding": told(finding("notified")),
        "decide_finding": told(ASKED),
        "decide_record_request": told(ASKED),
        "propose_recovery": told(ASKED),
        "confirm_recovery": told(ASKED),
        "give_defence": told(finding("defended", defence=DEFENCE)),
        "object_to_record": told(ASKED),
    }
    return gateway


def said(visitor: Visitor, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in visitor.bus.asked if asked == method]


def sent_to(visitor: Visitor, method: str) -> list[str]:
    return [payload["tenant"] for asked, payload in visitor.bus.asked if asked == method]


def hidden(page: Any) -> dict[str, str]:
    """What a page between a form and its deed carries on."""
    form = page.text.split('<form class="form panel"')[1].split("</form>")[0]
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name not in ("csrf", "_key", "_version")}


def test_the_firm_is_told_once_the_officer_has_seen_what_it_will_read(visitor: Visitor) -> None:
    words = {"basis_zh": "条例第十四条", "intended_zh": "形成失信记录", "days": "5"}
    page = visitor.post(f"{ONE}/notify", VERSION | words, "integrity_reviewer")
    assert page.status_code == 200 and "贵单位涉嫌提供虚假材料" in page.text
    assert said(visitor, "notify_finding") == []
    again = visitor.post(f"{ONE}/notify", VERSION | hidden(page), "integrity_reviewer")
    assert (again.status_code, again.headers["location"]) == (303, f"{ONE}?done=notified")
    (order,) = said(visitor, "notify_finding")
    assert (order["days"], order["intended_zh"], order["expected_version"]) == (5, "形成失信记录", 3)


def test_a_decision_is_seen_before_it_is_made_and_takes_gravity_term_and_remedies_with_it(visitor: Visitor) -> None:
    visitor.bus.answers["get_finding"] = told(finding("defended", defence=DEFENCE))
    words = {
        "established": "yes",
        "ground": "false_materials",
        "gravity": "general",
        "months": "6",
        "number": "信决1号",
        "reasons_zh": "开票方否认开具",
    }
    page = visitor.post(f"{ONE}/decide", VERSION | words, "integrity_leader")
    assert said(visitor, "decide_finding") == []
    visitor.post(f"{ONE}/decide", VERSION | hidden(page), "integrity_leader")
    (order,) = said(visitor, "decide_finding")
    assert (order["established"], order["gravity"], order["months"]) == (True, "general", 6)
    assert said(visitor, "preview_finding_decision")[-1]["remedies"]["court"] == REMEDIES.court


def test_a_firm_is_heard_where_the_finding_lies(visitor: Visitor) -> None:
    visitor.bus.answers["get_finding"] = told(finding("notified"))
    done = visitor.post(f"{OWN}/defence", {"waived": "no", "text": "发票是真的"}, "owner")
    assert (done.status_code, done.headers["location"]) == (303, f"{OWN}?done=defence_given")
    assert said(visitor, "give_defence")[0]["text"] == "发票是真的"
    assert sent_to(visitor, "give_defence") == ["ganzhou"], "the item is the city's"


def test_a_firm_objects_with_papers_of_its_dossier(visitor: Visitor) -> None:
    settled = finding("established", **ASKED.model_dump(include={"defence", "decision", "record"}))
    visitor.bus.answers["get_finding"] = told(settled)
    page = visitor.get(OWN, "owner")
    paper = re.findall(r'name="papers\[\]" value="([0-9a-f]{64})"', page.text)[0]
    visitor.post(f"{OWN}/objection", {"text": "认定的事实有误", "papers[]": paper}, "owner")
    (order,) = said(visitor, "object_to_record")
    assert [each["sha256"] for each in order["evidence"]] == [paper]


def test_money_is_recovered_in_yuan_and_confirmed_by_another(visitor: Visitor) -> None:
    visitor.bus.answers["get_finding"] = told(ASKED.model_copy(update={"recoveries": ()}))
    words = {"amount_yuan": "50,000", "number": "追决1号", "basis_zh": "条例第十四条"}
    visitor.post(f"{ONE}/recoveries", VERSION | words, "integrity_leader")
    assert said(visitor, "propose_recovery")[0]["amount_fen"] == 5_000_000
    visitor.bus.answers["get_finding"] = told(ASKED)
    visitor.post(f"{ONE}/recoveries/recovery-1/confirm", {"_version": "1"}, "integrity_leader")
    assert said(visitor, "confirm_recovery") == [{"recovery_id": "recovery-1", "expected_version": 1}]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_records_are_taken_as_a_table_with_what_disputes_them_and_masked_names(visitor: Visitor, ending: str) -> None:
    days = {"first_day": "2026-03-01", "last_day": "2026-03-31"}
    here = "/department/integrity/export"
    taken = visitor.post(here, days | {"ending": ending}, "integrity_reviewer")
    assert taken.headers["content-disposition"] == f'attachment; filename="records-20260301-20260331.{ending}"'
    if ending == "csv":
        rows = [line.split(",") for line in taken.content.decode("utf-8-sig").splitlines()]
    else:
        book = openpyxl.load_workbook(io.BytesIO(taken.content))
        rows = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]
    head, first, second = rows
    assert head[:4] == ["主体名称", "统一社会信用代码", "主体类别", "失信行为"]
    assert (first[1], first[6], first[10]) == ("91360702DEM000014H", "章科信决〔2026〕1号", "有效（异议处理中）")
    assert (second[0], second[10]) == ("王**", "已修复")


def test_days_the_wrong_way_round_are_refused_with_what_to_do(visitor: Visitor) -> None:
    page = visitor.get("/department/integrity/export?first_day=2026-04-01&last_day=2026-03-01", "integrity_reviewer")
    assert page.status_code == 422 and "开始日期不能晚于结束日期" in page.text
