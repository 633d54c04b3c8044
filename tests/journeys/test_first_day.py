"""The main job, once, over HTTP: from published policies to money in 24 accounts and a message to each
enterprise."""

from __future__ import annotations

import html
import re
import secrets
from contextlib import suppress

import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.actors import application_form, application_key
from console.demo.board import Board, Story
from console.demo.ending import figures
from console.demo.preparation import Stage
from console.demo.scene import first_day
from console.operating.checks.report import INVARIANTS

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def first_stage(standing_house: House) -> Stage:
    standing_house.stand_up()
    return standing_house.prepare(first_day())


@pytest.fixture(scope="module")
def first_board(standing_house: House, first_stage: Stage) -> Board:
    """The first day, played to its end."""
    return standing_house.play(first_stage)


@pytest.fixture(scope="module")
def committed(first_board: Board) -> Story:
    """A case with a site inspection, the one with the most steps."""
    return next(story for story in first_board.paid if story.mode == "committed")


def test_24_enterprises_get_five_million_yuan_and_the_banks_book_says_the_same(
    house: House, first_board: Board
) -> None:
    report = house.must_hold()
    found = figures(first_board, house.bank_book(), report, setup_s=0.0)
    assert found.shortfalls(first_board) == []
    assert found.as_json()["settled"] == 24
    assert found.as_json()["total_fen"] == 500_000_000
    assert found.as_json()["bank_credits"] == 24
    assert found.as_json()["verify"] == dict.fromkeys(INVARIANTS, True)
    assert found.as_json()["p99_submit_to_paid_s"] < 60


def test_all_three_modes_occur(first_board: Board) -> None:
    assert {story.mode for story in first_board.paid} == {"no_application", "instant", "committed"}


def test_whoever_approved_a_case_never_released_its_payment(first_board: Board) -> None:
    assert all(story.approved_by != story.authorised_by for story in first_board.paid)
    assert all(story.approved_by and story.authorised_by for story in first_board.paid)


def test_playing_the_day_again_pays_nobody_again(house: House, first_stage: Stage, first_board: Board) -> None:
    before = house.bank_book().totals
    again = house.play(house.prepare(first_day()))
    assert len(again.paid) == 24
    assert house.bank_book().totals == before


def test_the_tracking_page_tells_the_whole_story_in_chinese_the_newest_first(house: House, committed: Story) -> None:
    def page() -> str:
        with house.client() as client:
            answer = client.get(f"/track/{committed.receipt}", params={"code": str(committed.query_code)})
        assert answer.status_code == 200
        return html.unescape(answer.text)

    text = eventually(lambda: page() if "短信已送达企业" in page() else None)
    assert '<html lang="zh-CN">' in text
    assert committed.item_title in text
    assert "承诺兑现" in text
    assert "资金已到账" in text
    steps = re.findall(r'<span class="timeline-text"[^>]*>([^<]*)</span>', text)[::-1]
    order = [
        "提交申报",
        "已受理",
        "现场勘查，结论：通过",
        "审核通过",
        "等待支付复核",
        "支付复核通过",
        "发往银行",
        "元已到账",
        "短信已送达",
    ]
    places = [next(at for at, step in enumerate(steps) if word in step) for word in order]
    assert places == sorted(places), steps
    assert all(HAN.search(step) for step in steps)
    assert committed.claim.enterprise.name not in text


def test_the_tracking_page_has_an_english_switch(house: House, committed: Story) -> None:
    with house.client() as client:
        answer = client.get(f"/track/{committed.receipt}", params={"code": str(committed.query_code), "lang": "en"})
    assert '<html lang="en">' in answer.text
    assert "Money is in the account" in answer.text


def test_a_wrong_query_code_opens_nothing(house: House, committed: Story) -> None:
    wrong = "".join("A" if letter != "A" else "B" for letter in str(committed.query_code))
    unknown = str(committed.receipt)[:-2] + "ZZ"
    with house.client() as client:
        answers = [
            client.get(f"/track/{committed.receipt}", params={"code": wrong}),
            client.get(f"/track/{unknown}", params={"code": str(committed.query_code)}),
            client.get(f"/api/v1/track/{committed.receipt}", params={"code": wrong}),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all(committed.item_title not in answer.text for answer in answers)
    assert "收件编号或查询码不正确" in answers[0].text
    assert answers[2].json()["code"] == "case_untraceable"


def test_one_trace_leads_from_the_request_to_the_settled_payment_and_the_message(house: House) -> None:
    stage = house.prepare(small_scene("trace", [INSTANT]))
    (claim,) = stage.scene.claims
    trace = secrets.token_hex(16)
    tries = iter(range(1, 100))

    def applied() -> bool:
        # As the enterprise in the scene would, but in a trace of ours; a refusal means that the news has not got
        # about.
        headers = {
            "Authorization": f"Bearer {stage.enterprise_token(claim.enterprise)}",
            "Idempotency-Key": f"{application_key(claim)}/{next(tries)}",
            "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
        }
        with house.client() as client:
            answer = client.post("/api/v1/applications", json=application_form(stage, claim), headers=headers)
        assert answer.status_code in (201, 422), answer.text
        return answer.status_code == 201

    eventually(applied, every=0.3)
    house.play(stage)

    def passed() -> set[tuple[str, str]]:
        return {(span.service, span.name) for span in house.receiver.trace(trace)}

    wanted = {
        ("gateway", "POST /api/v1/applications"),
        ("intake", "intake.submit_application"),
        ("treasury", "treasury bank payment"),
        ("notify", "notify.sms"),
    }

    def missing() -> set[tuple[str, str]]:
        return wanted - passed()

    with suppress(AssertionError):
        eventually(lambda: not missing(), within=15)
    assert missing() == set()
    services = {service for service, _ in passed()}
    assert services == {"gateway", "intake", "review", "treasury", "notify", "oversight"}
    events = {name for _, name in passed()}
    for event in ("ApplicationSubmitted", "CaseApproved", "DisbursementSettled", "MessageDelivered"):
        assert any(event in name for name in events), (event, sorted(events))
