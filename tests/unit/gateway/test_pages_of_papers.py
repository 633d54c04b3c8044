"""Papers on pages: the department and the enterprise list and open them, the window records how they were served."""

from __future__ import annotations

import html
import re
from pathlib import Path

import enterprise_kit as kit
import pytest
from enterprise_pages_kit import answering, enterprise_visitor, ordered
from page_samples.enterprise import REFUSED_CASE
from paper_answers import NUMBER, SERVED, paper, paper_answers
from portal_kit import Bus, Visitor
from refusal_answers import GROUND

from chassis.files.objects import Objects
from contracts.case_notices import CONSENT_VERSION, NoticeFile, NoticeFileAnswer

CASE = f"/my/cases/{kit.RECEIPT}"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return enterprise_visitor()


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    found = answering(visitor)
    found.answers |= REFUSED_CASE | paper_answers(paper()) | {"get_application": kit.application()["items"][0]}
    return found


@pytest.fixture
def shelf(visitor: Visitor, tmp_path: Path) -> Objects:
    objects = Objects.in_folder(tmp_path)
    visitor.app.state.objects = objects
    return objects


def test_a_refused_enterprise_reads_each_ground_and_that_the_paper_is_not_served_yet(
    visitor: Visitor, bus: Bus
) -> None:
    text = text_of(visitor.get(CASE, "owner").text)
    for words in (GROUND.text, GROUND.source, GROUND.clause, GROUND.would_change, NUMBER, "未加盖电子印章，仅供核对"):
        assert words in text
    assert "已打开，尚未送达" in text


def test_once_it_is_served_the_enterprise_reads_until_when_it_may_object(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= paper_answers(SERVED)
    text = text_of(visitor.get(CASE, "owner").text)
    assert "已送达（直接送达（窗口））" in text
    assert "2026-05-08" in text
    assert "2026-09-09" in text


def test_a_paper_is_an_attachment_that_is_called_by_its_number(visitor: Visitor, bus: Bus, shelf: Objects) -> None:
    stored = shelf.put("zhanggong", b"%PDF-1.7 paper")
    file = NoticeFile(sha256=stored.sha256, size=stored.size, sealed=True, made_at=paper().issued_at)
    answer = NoticeFileAnswer(notice_id="paper-1", name=f"{NUMBER}.pdf", file=file)
    bus.answers["open_notice"] = answer.model_dump(mode="json")
    sent = visitor.post(f"{CASE}/papers/paper-1", {}, "owner")
    assert (sent.content, sent.headers["content-type"]) == (b"%PDF-1.7 paper", "application/pdf")
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert sent.headers["x-content-type-options"] == "nosniff"
    (order,) = ordered(bus, "open_notice")
    assert order["notice_id"] == "paper-1"


def test_an_enterprise_consents_to_the_text_that_it_read_and_takes_it_back(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"consent_to_electronic_service": {}, "withdraw_electronic_service": {}}
    assert "本单位可以随时撤回同意" in visitor.get(CASE, "owner").text
    sent = visitor.post(
        f"{CASE}/electronic-service", {"address": "本平台企业空间", "text_version": CONSENT_VERSION}, "owner"
    )
    assert sent.headers["location"].endswith("done=service_agreed")
    (order,) = ordered(bus, "consent_to_electronic_service")
    assert (order["address"], order["text_version"]) == ("本平台企业空间", CONSENT_VERSION)
    bus.answers |= paper_answers(paper(), address="本平台企业空间")
    assert "已同意电子送达，地址：本平台企业空间" in visitor.get(CASE, "owner").text
    visitor.post(f"{CASE}/electronic-service", {"withdraw": "true"}, "owner")
    assert len(ordered(bus, "withdraw_electronic_service")) == 1


def test_the_window_hands_a_paper_over_or_posts_it(visitor: Visitor, bus: Bus) -> None:
    bus.answers["record_service"] = SERVED.model_dump(mode="json")
    page = visitor.get("/window/notices?about=惠企不批", "clerk").text
    assert NUMBER in page
    handed = {"means": "window", "on": "2026-03-09", "at": "12:30", "taken_by": "王经办", "signature": "signed"}
    sent = visitor.post("/window/notices/paper-1/service", {**handed, "_version": "3"}, "clerk")
    assert sent.headers["location"] == "/window/notices?done=served"
    posted = {"means": "post", "on": "2026-03-09", "tracking_number": "EMS1"}
    visitor.post("/window/notices/paper-1/service", {**posted, "_version": "3"}, "clerk")
    first, second = ordered(bus, "record_service")
    assert (first["means"], first["at"], first["signature"]) == ("window", "2026-03-09T12:30:00+08:00", "signed")
    assert (second["sent_on"], second["at"], second["expected_version"]) == ("2026-03-09", None, 3)
