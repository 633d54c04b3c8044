"""What a department does with a batch on its pages: drawn up, looked over, put to a second person, fixed, refused."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from page_samples.batches import COUNTS, FIXED, LISTED, PROPOSED, batch
from page_samples.public import guide
from portal_kit import Bus, Visitor
from staff_kit import appointments, colleague, neighbours, previews, sheet, told

from console.contracts.program import unconnected_gateway
from contracts.quota_batches import CaseQuota, UnservedRefused
from contracts.refusal import Conflict, Reason

LIST = "/department/batches"
PEOPLE = {"officer": colleague("first_review"), "leader": colleague("leader"), "bureau": colleague("payment_maker")}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_batches": told(LISTED),
        "count_cases": told(COUNTS),
        "get_batch": told(batch()),
        "draw_up_batch": told(batch()),
        "propose_fixing": told(PROPOSED),
        "fix_batch": told(FIXED),
        "decline_batch": told(batch(state="declined", version=3)),
        "refuse_unserved": told(UnservedRefused(refused=1, left=0)),
        "list_appointments": appointments(),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_a_batch_is_drawn_up_for_an_item_of_which_there_are_open_claims(visitor: Visitor, bus: Bus) -> None:
    assert "研发投入补助" in text_of(visitor.get(LIST, "officer").text)
    form = {"item_id": "item-1", "number": "1", "name": "第一批", "until": "2026-03-09"}
    answer = visitor.post(LIST, form, "officer")
    assert answer.headers["location"] == f"{LIST}/batch-1?done=drawn"
    (order,) = said_to(bus, "draw_up_batch")
    assert order == {
        "item_id": "item-1",
        "number": 1,
        "name": "第一批",
        "until": "2026-03-09",
        "with_unready": False,
    }


def test_every_claim_stands_in_its_place_with_money_and_reason(visitor: Visitor) -> None:
    page = text_of(visitor.get(f"{LIST}/batch-1", "officer").text)
    places = [page.index(f"示例企业{n:02d}") for n in range(1, 6)]
    assert places == sorted(places)
    assert "第 3 位，2 个名额已满" in page
    assert "与另外 1 件排序指标相同" in page
    assert "缺少“研发投入”，不能参加排序" in page


def test_who_only_reads_is_offered_nothing_to_do(visitor: Visitor) -> None:
    page = text_of(visitor.get(f"{LIST}/batch-1", "bureau").text)
    assert "提交确定" not in page
    assert "作废批次" not in page


def test_a_leader_is_offered_to_fix_what_was_proposed_and_an_officer_is_not(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_batch"] = told(PROPOSED)
    assert "确定批次" in text_of(visitor.get(f"{LIST}/batch-1", "leader").text)
    assert "确定批次" not in text_of(visitor.get(f"{LIST}/batch-1", "officer").text)
    answer = visitor.post(f"{LIST}/batch-1/fix", {"_version": "2"}, "leader")
    assert answer.headers["location"] == f"{LIST}/batch-1?done=fixed"
    assert said_to(bus, "fix_batch") == [{"batch_id": "batch-1", "expected_version": 2}]


def test_a_batch_of_which_a_case_has_changed_says_which_and_what_to_do(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_batch"] = told(PROPOSED)
    why = "编制以后有变化：1 件的数据、金额或状态已变（ZGQ-2026-000001）。请作废本批次，重新编制。"
    refused = Conflict(Reason(code="batch_changed", message=why))
    bus.answers["fix_batch"] = {"refused": refused.refusal().model_dump(mode="json")}
    assert why in text_of(visitor.post(f"{LIST}/batch-1/fix", {"_version": "2"}, "leader").text)


def test_who_is_left_out_is_refused_with_whom_one_turns_to(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_batch"] = told(FIXED)
    form = {"reason": "择优未入选", "how_to_object": "可以向章贡区人民政府申请行政复议"}
    visitor.post(f"{LIST}/batch-1/refuse-unserved", form, "officer")
    assert said_to(bus, "refuse_unserved") == [{"batch_id": "batch-1", "other_grounds": [], **form}]


def test_the_page_of_a_case_says_what_its_quota_leaves(visitor: Visitor, bus: Bus) -> None:
    said = "名额有限（名额 1 个，先到先得）：剩余 1 个名额，还有 2 件先提交的申报没有办结。"
    line = CaseQuota(number=1, limits_zh="名额 1 个", outcome="waits", left_zh="1 个名额", earlier=2, text_zh=said)
    bus.answers |= {
        "get_case_sheet": told(sheet(quota=(line,))),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "get_guide": guide("NM-002"),
        "preview_rejection": told(previews()),
    }
    page = text_of(visitor.get("/department/cases/case-1", "officer").text)
    assert said in page
    assert "先提交、未办结的 2 件" in page
