"""At the counter: a credit code that fails its own check is asked for by one person and admitted by another."""

from __future__ import annotations

import html
from typing import Any

import pytest
from page_samples import window as samples
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway

PAGE = samples.ADMISSIONS
CLERK, BUREAU = "counter_clerk", "counter_bureau"
WRITTEN = {
    "uscc": "N2360702MF000001X0",
    "name": "样例村股份经济合作社",
    "evidence.document": "农村集体经济组织登记证",
    "evidence.number": "3607020001",
    "evidence.issuer": "章贡区农业农村局",
    "evidence.issued_on": "2024-05-06",
    "reason": "登记证原件上就是这样",
}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), samples.PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    done = {**samples.ASKED, **samples.DECIDED}
    gateway.bus.answers = {
        **samples.CODES,
        "ask_code_admission": samples.ASKED,
        "admit_code": {**done, "state": "admitted"},
        "decline_code_admission": {**done, "state": "declined"},
    }
    return gateway


def said_to(visitor: Visitor, name: str) -> list[dict[str, Any]]:
    return [payload["body"] for method, payload in visitor.bus.asked if method == name]


def test_a_code_is_asked_for_with_the_paper_that_was_seen(visitor: Visitor) -> None:
    sent = visitor.post(PAGE, WRITTEN, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=code_asked"
    (order,) = said_to(visitor, "ask_code_admission")
    assert order["evidence"] == {
        "document": "农村集体经济组织登记证",
        "number": "3607020001",
        "issuer": "章贡区农业农村局",
        "issued_on": "2024-05-06",
        "sha256": None,
    }


def test_all_that_the_paper_lacks_is_told_beside_its_fields(visitor: Visitor) -> None:
    sent = visitor.post(PAGE, {"uscc": "N2360702MF000001X0", "evidence.number": "1"}, CLERK)
    page = html.unescape(sent.text)
    assert sent.status_code == 422
    assert page.count("必填项未填写") >= 2 * len(("name", "document", "issuer", "issued_on", "reason"))
    assert said_to(visitor, "ask_code_admission") == []


def test_whoever_asked_sees_that_another_must_admit_and_the_other_admits_what_was_read(visitor: Visitor) -> None:
    own = visitor.get(PAGE, CLERK).text
    assert "您提出的代码须由另一人" in own
    assert "/adm-1/admit" not in own
    assert "/adm-1/admit" in visitor.get(PAGE, BUREAU).text
    sent = visitor.post(f"{PAGE}/adm-1/admit", {"_version": "1"}, BUREAU)
    assert sent.headers["location"] == f"{PAGE}?done=code_admitted"
    assert said_to(visitor, "admit_code") == [{"admission_id": "adm-1", "expected_version": 1}]


def test_the_counter_may_say_no_for_a_reason_and_admits_nothing(visitor: Visitor) -> None:
    sent = visitor.post(f"{PAGE}/adm-1/decline", {"reason": "第 9 位抄错"}, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=code_declined"
    assert visitor.post(f"{PAGE}/adm-1/admit", {"_version": "1"}, CLERK).status_code == 403


def test_the_code_that_was_refused_at_registration_is_brought_along(visitor: Visitor) -> None:
    visitor.bus.answers = {**samples.NO_CODES, "find_enterprise": samples.WRONG_CODE}
    page = visitor.get("/window/enterprises?uscc=91360702DEM000022A", CLERK).text
    assert "/window/code-admissions?uscc=91360702DEM000022A" in page
    assert 'value="91360702DEM000022A"' in visitor.get(f"{PAGE}?uscc=91360702DEM000022A", CLERK).text
