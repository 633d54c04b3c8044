"""收件回执 as a file, and the same receipt as it comes back over the counter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from enterprise_kit import RECEIPT, application
from hypothesis import given
from hypothesis import strategies as st
from page_samples import all_people
from page_samples.window import FOUND
from page_samples.window_claims import CLAIM, NONE_FILED
from portal_kit import Bus, Visitor

from chassis.papers.codes import drawing_of
from chassis.papers.rendering import UNSEALED, render
from console.contracts.program import unconnected_gateway
from contracts.identity import SiteFooter
from contracts.intake import ApplicationPage, ApplicationView
from contracts.receipt_numbers import receipt_in, tracking_address
from gateway.portal.enterprise.cases.receipt_paper import receipt_paper
from gateway.portal.shell.rendering import address
from gateway.portal.shell.site import Site
from tests.paper_kit import in_one_line, read, text_of

ORIGIN = "https://hq.example.gov.cn"
SITE = Site("赣州市章贡区", SiteFooter())
CODE = "K7M3P9QX"
CLERK, OWNER = "counter_clerk", "owner"
FILED = datetime(2026, 3, 9, 16, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), all_people())


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    (filed,) = application()["items"]
    gateway.bus.answers = {
        **CLAIM,
        "find_application": filed,
        "find_enterprise": FOUND,
        "list_applications": application(),
    }
    return gateway


def filed(**changed: Any) -> ApplicationView:
    (view,) = ApplicationPage.model_validate(application(submitted_at=FILED, **changed)).items
    return view


def asked(visitor: Visitor, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in visitor.bus.asked if name == method]


def test_it_says_what_was_filed_and_how_to_follow_it_on_one_page() -> None:
    pdf = render(receipt_paper(filed(), SITE, ORIGIN), FILED)
    text = in_one_line(pdf)
    for words in (
        "收件回执",
        RECEIPT,
        CODE,
        "赣州市章贡区",
        "91360702DEM000014H",
        "跨境电商出口独立站建设扶持",
        "章贡区商务局",
        "2026-03-10 00:30",
        "¥200,000.00",
        "ZG-20260105-ZZ99YY88",
        "2026年3月10日",
        "不是审核决定",
        UNSEALED,
    ):
        assert words in text, words
    assert len(read(pdf).pages) == 1


def test_its_code_leads_to_the_tracking_page_with_the_number_and_never_the_query_code() -> None:
    paper = receipt_paper(filed(), SITE, ORIGIN)
    (scanned,) = [each for each in paper.blocks if type(each).__name__ == "ScanCode"]
    assert scanned.address == f"{ORIGIN}/track?receipt={RECEIPT}"  # type: ignore[union-attr]
    assert drawing_of(f"{ORIGIN}/track?receipt={RECEIPT}") == drawing_of(tracking_address(ORIGIN, RECEIPT))
    assert CODE not in tracking_address(ORIGIN, RECEIPT)


def test_the_query_code_stands_in_no_data_of_the_file() -> None:
    reader = read(render(receipt_paper(filed(), SITE, ORIGIN), FILED))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert CODE not in str(reader.metadata)
    assert CODE not in metadata


def test_where_nobody_knows_the_address_of_the_site_it_has_no_code_to_scan() -> None:
    text = text_of(render(receipt_paper(filed(), SITE, None), FILED))
    assert "扫码" not in text
    assert "核验地址" not in text
    assert CODE in text


def test_an_amount_that_a_person_decides_is_said_as_its_range() -> None:
    view = filed(estimated_fen=None, lowest_fen=None, highest_fen=30_000_000)
    assert "¥0.00 – ¥300,000.00" in text_of(render(receipt_paper(view, SITE, ORIGIN), FILED))
    bare = filed(estimated_fen=None)
    assert "预计金额" not in text_of(render(receipt_paper(bare, SITE, ORIGIN), FILED))


def test_a_long_title_and_strange_signs_are_text_on_it() -> None:
    strange = '#panic("x") $a$ *b* [c] ' + "名" * 160
    view = filed()
    claim = view.claim.model_copy(update={"item_title": strange, "enterprise_name": "#let x = 1" + "司" * 100})
    text = in_one_line(render(receipt_paper(view.model_copy(update={"claim": claim}), SITE, ORIGIN), FILED))
    assert '#panic("x")$a$*b*[c]' in text.replace(" ", "")


def test_an_enterprise_takes_its_own_home_and_nobody_on_the_way_keeps_it(visitor: Visitor) -> None:
    paper = visitor.get(f"/my/cases/{RECEIPT}/receipt/paper", OWNER)
    assert paper.status_code == 200
    assert paper.headers["cache-control"] == "no-store"
    assert paper.headers["content-disposition"].startswith('attachment; filename="receipt.pdf"')
    assert CODE in text_of(paper.content)
    assert f'href="/my/cases/{RECEIPT}/receipt/paper"' in visitor.get(f"/my/cases/{RECEIPT}/receipt", OWNER).text


def test_there_is_none_of_what_the_enterprise_has_not_filed(visitor: Visitor) -> None:
    visitor.bus.answers["list_applications"] = {"items": [], "next_cursor": None}
    assert visitor.get(f"/my/cases/{RECEIPT}/receipt/paper", OWNER).status_code == 404


def test_the_counter_prints_it_for_whoever_stands_there(visitor: Visitor) -> None:
    paper = visitor.get("/window/claims/app-1/receipt", CLERK)
    assert paper.headers["content-type"] == "application/pdf"
    assert CODE in text_of(paper.content)
    assert CODE not in visitor.get("/window/claims/app-1", CLERK).text, (
        "the code is on the paper, not on the clerk's page"
    )
    assert visitor.get("/window/claims/app-1/receipt", OWNER).status_code == 403


@pytest.mark.parametrize(
    "scanned",
    [
        RECEIPT,
        RECEIPT.lower(),
        f" {RECEIPT} ",
        f"{ORIGIN}/track?receipt={RECEIPT}",
        f"{ORIGIN}/track?lang=en&receipt={RECEIPT}&code={CODE}",
        f"{ORIGIN}/track/{RECEIPT}?code={CODE}",
        f"/track?receipt={RECEIPT}",
    ],
)
def test_a_receipt_that_is_scanned_or_typed_leads_to_its_claim(visitor: Visitor, scanned: str) -> None:
    page = visitor.get(address("/window/claims", {"receipt": scanned}), CLERK)
    assert (page.status_code, page.headers["location"]) == (303, "/window/claims/app-1")
    assert [each["receipt"].upper() for each in asked(visitor, "find_application")] == [RECEIPT]


def test_a_scanner_under_a_chinese_keyboard_writes_wide_and_into_whatever_box_is_open(visitor: Visitor) -> None:
    boxes = ("receipt", "uscc")
    wide = "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in tracking_address(ORIGIN, RECEIPT)
    )
    for box in boxes:
        assert visitor.get(address("/window/claims", {box: wide}), CLERK).headers["location"] == "/window/claims/app-1"


def test_what_is_no_number_is_told_and_nobody_is_asked(visitor: Visitor) -> None:
    page = visitor.get(address("/window/claims", {"receipt": f"{ORIGIN}/track?receipt=??"}), CLERK)
    assert page.status_code == 422
    assert "没有读出收件编号" in page.text
    assert asked(visitor, "find_application") == []


def test_a_receipt_of_another_place_is_told_with_where_to_go(visitor: Visitor) -> None:
    visitor.bus.answers["find_application"] = NONE_FILED
    page = visitor.get(address("/window/claims", {"receipt": RECEIPT}), CLERK)
    assert page.status_code == 200
    assert "没有这个收件编号的办件" in page.text


def test_a_receipt_beside_a_licence_narrows_the_list(visitor: Visitor) -> None:
    page = visitor.get(address("/window/claims", {"receipt": RECEIPT.lower(), "uscc": "91360702DEM000014H"}), CLERK)
    assert page.status_code == 200
    assert asked(visitor, "list_applications")[0]["receipt"] == RECEIPT


def test_everybody_may_paste_what_the_code_says_into_the_search_box(visitor: Visitor) -> None:
    found = visitor.get(address("/find", {"q": tracking_address(ORIGIN, RECEIPT)}))
    assert found.headers["location"] == f"/track?receipt={RECEIPT}"
    asked_for = visitor.get(address("/track", {"receipt": tracking_address(ORIGIN, RECEIPT)}))
    assert f'value="{RECEIPT}"' in asked_for.text


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_without_a_fault(text: str) -> None:
    assert isinstance(receipt_in(text), str)
    assert isinstance(receipt_in(f"https://{text}"), str)


@given(st.from_regex(r"[A-Za-z0-9-]{6,60}", fullmatch=True))
def test_what_the_code_says_is_read_back_as_the_number(receipt: str) -> None:
    assert receipt_in(tracking_address(ORIGIN, receipt)) == receipt
    assert receipt_in(receipt) == receipt
