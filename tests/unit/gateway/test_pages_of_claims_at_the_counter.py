"""At the counter, in an enterprise's claim: papers shown and scanned answer a supplement, and a claim is taken back."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from enterprise_kit import application, supplement
from page_samples.window import FOUND, PEOPLE
from page_samples.window_claims import CLAIM, THERE, TO_MEND
from portal_kit import CSRF, Bus, Visitor
from staff_kit import case, colleague, told

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.uploads import UploadView

CLERK = "counter_clerk"
ADDRESS = "/window/claims/app-1/supplement"
SCAN = b"%PDF-1.7 a licence"
SAID = {"csrf": CSRF, "_key": "0123456789abcdef", "supplement_id": "supplement-1"}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), {**PEOPLE, "reviewer": colleague("first_review")})


@pytest.fixture
def visitor(gateway: Visitor, tmp_path: Path) -> Visitor:
    def recorded(said: dict[str, Any]) -> dict[str, Any]:
        return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))

    gateway.bus.asked.clear()
    gateway.app.state.objects = Objects.in_folder(tmp_path)
    gateway.bus.answers = {
        **CLAIM,
        "find_enterprise": FOUND,
        "list_applications": application(),
        "record_upload": recorded,
        "answer_supplement": supplement(state="answered"),
        "withdraw_claim": told(case(state="withdrawn")),
    }
    return gateway


def ordered(visitor: Visitor, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in visitor.bus.asked if name == method]


def send(visitor: Visitor, content: bytes = SCAN, **said: str) -> httpx.Response:
    headers = {"Accept": "text/html", "Origin": "http://door"}
    files = {"_scans.p0": ("执照.pdf", content, "application/pdf")}
    return visitor.send("POST", ADDRESS, CLERK, data={**SAID, **said}, files=files, headers=headers)


def test_a_claim_is_found_by_the_licence_that_lies_on_the_counter(visitor: Visitor) -> None:
    page = visitor.get("/window/claims?uscc=91360702DEM000014H", CLERK).text
    assert 'href="/window/claims/app-1"' in page
    assert visitor.get("/window/claims", "reviewer").status_code == 403


def test_what_was_shown_and_scanned_and_corrected_answers_the_supplement(visitor: Visitor) -> None:
    said = {"originals.p0": "true", "answers.p1": "120000", "answers.p2": "true", "words.p2": "见商标证"}
    assert send(visitor, **said).headers["location"] == "/window/claims/app-1?done=supplement_entered"
    (order,) = ordered(visitor, "answer_supplement")
    paper, figure, flag = order["points"]
    assert (paper["original_shown"], paper["files"]) == (True, [hashlib.sha256(SCAN).hexdigest()])
    assert (figure["value"], flag["value"], flag["text"]) == ("120000", True, "见商标证")


def test_a_scan_that_is_none_is_refused_beside_its_point_and_nothing_is_answered(visitor: Visitor) -> None:
    sent = send(visitor, "一份说明".encode(), **{"originals.p0": "true"})
    assert (sent.status_code, "“执照.pdf”不是可以上传的文件" in sent.text) == (422, True)
    assert ordered(visitor, "answer_supplement") == []


def test_a_claim_is_taken_back_with_why(visitor: Visitor) -> None:
    sent = visitor.post("/window/claims/app-1/withdraw", {"reason": "企业要求撤回"}, CLERK)
    assert sent.headers["location"] == "/window/claims/app-1?done=claim_withdrawn"
    assert ordered(visitor, "withdraw_claim")[0]["reason"] == "企业要求撤回"


def test_a_claim_of_the_city_above_is_shown_and_not_acted_in(visitor: Visitor) -> None:
    visitor.bus.answers["get_application"] = THERE
    page = visitor.get("/window/claims/app-1", CLERK).text
    assert "由上级地区办理" in page
    assert "登记补正" not in page
    assert "确认撤回" not in page


def test_its_notices_are_printed_for_whoever_waits(visitor: Visitor) -> None:
    page = visitor.get("/window/claims/app-1/notices", CLERK).text
    assert "补正告知书" in page
    assert TO_MEND["steps"][0]["text"] in page
