"""FAULTS 3, 5, 6 and 14 for review, and lists that race: with cases under way that go through all that a plan can ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
from faults_kit import CRASHES, IN_HAND, duplicates, outbox_empty, set_aside, state_of
from long_cases_kit import carried_through, long_cases, must_be_paid_once, wait_until_paid
from long_scene_kit import list_of, long_scene, prepared, undo_window
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.board import REVIEW
from console.demo.people import leader_of, officer_of
from contracts.flow import QUEUES

OUTAGE_S = 10.0
LISTED = "ZJ-906"
TOLD_REVIEW = ("gateway", "catalog", "intake")
"""Whose events review hears."""

ON_THE_WAY = """
SELECT count(*) FROM case_task WHERE kind = 'joint_check'
AND case_id IN (SELECT id FROM review_case WHERE claim ->> 'uscc' = ANY (%s))
"""


def at_once(*calls: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Start all of them in the same moment."""
    ready = threading.Barrier(len(calls))

    def go(call: Callable[[], httpx.Response]) -> httpx.Response:
        ready.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))


def test_a_broker_killed_while_cases_are_under_way_loses_nothing_that_was_answered(house: House) -> None:
    before = set_aside(house)
    stage = prepared(house, long_scene("broker", 3))
    codes = [claim.enterprise.uscc for claim in stage.scene.claims]
    with undo_window(house), long_cases(house, stage) as board:
        eventually(lambda: house.count("review", ON_THE_WAY, [codes]) > 0, within=30)
        house.cluster.kill("rabbitmq")
        answered_before = {story.receipt for story in board.stories.values() if story.query_code}
        time.sleep(OUTAGE_S)  # how long it is away is the fault, not a wait for anything
        house.cluster.start("rabbitmq")
        wait_until_paid(house, stage, board, within=120)
    assert answered_before <= {story.receipt for story in board.paid}
    must_be_paid_once(house, stage)
    assert set_aside(house) == before


def test_a_crash_loop_of_review_with_hundreds_of_messages_in_hand_quarantines_no_innocent(house: House) -> None:
    before = set_aside(house)
    stage = prepared(house, long_scene("loop", 1))
    house.stop("review")
    with house.database("catalog") as connection:
        said = connection.execute("SELECT body FROM outbox ORDER BY position DESC LIMIT 40").fetchall()
    house.post(QUEUES["review"], *(body.encode() for (body,) in said * (IN_HAND // len(said))))
    crew = house.cluster.crew()
    for _ in range(CRASHES):
        crew.start("review", {"ZHIDA_CRASH_AT": "review.events.before_commit"})
        eventually(lambda: crew.process("review") is None, within=30)
    house.cluster.start("review")
    with undo_window(house):
        carried_through(house, stage)
    must_be_paid_once(house, stage)
    assert set_aside(house) == before


def test_connections_cut_while_review_opens_cases_deliver_twice_and_open_each_once(house: House) -> None:
    before = duplicates(house)["review"]
    stage = prepared(house, long_scene("cut", 2))
    with undo_window(house), long_cases(house, stage) as board:
        with house.database("review") as connection:
            # It lets everybody read: only who opens a case waits, and that is the handler of an event.
            connection.execute("LOCK TABLE review_case IN SHARE ROW EXCLUSIVE MODE")
            eventually(lambda: in_mid_handler(house))
            house.cluster.rabbitmq.close_connections(house.amqp_url)
        wait_until_paid(house, stage, board, within=120)
    assert duplicates(house)["review"] > before
    must_be_paid_once(house, stage)
    codes = [claim.enterprise.uscc for claim in stage.scene.claims]
    opened = "SELECT count(*) FROM review_case WHERE instalment = 1 AND claim ->> 'uscc' = ANY (%s)"
    assert house.count("review", opened, [codes]) == len(codes)


def in_mid_handler(house: House) -> bool:
    """Whether a handler of review waits inside its transaction for the table that the test has locked."""
    with psycopg.connect(house.cluster.postgres.admin().dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'review_app' AND wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def test_every_event_that_review_hears_delivered_three_times_changes_none_of_its_tables(house: House) -> None:
    stage = prepared(house, long_scene("thrice", 2))
    listed = prepared(house, long_scene("thrice-list", 2, code=LISTED, mode="no_application"))
    with undo_window(house):
        carried_through(house, stage)
    carried_through(house, listed)
    must_be_paid_once(house, stage)
    before, counted = review_of(house), duplicates(house)["review"]
    for _ in range(2):
        for name in TOLD_REVIEW:
            with house.database(name) as connection:
                connection.execute("UPDATE outbox SET published_at = NULL")
        eventually(lambda: all(outbox_empty(house, name) for name in TOLD_REVIEW), within=60)
        eventually(lambda: house.waiting_in(QUEUES["review"]) == 0, within=60)
    house.must_hold()
    assert duplicates(house)["review"] > counted
    assert review_of(house) == before


def review_of(house: House) -> dict[str, str]:
    """A hash of each of review's own tables."""
    return {table: digest for table, digest in state_of(house).items() if table.startswith("review.")}


def test_two_officers_who_approve_a_long_case_at_once_reserve_once(house: House) -> None:
    stage = prepared(house, long_scene("two", 1))
    (claim,) = stage.scene.claims
    with undo_window(house):
        with long_cases(house, stage, approves=False) as board:
            eventually(lambda: board.stories[1].stage >= REVIEW, within=30)
            case = eventually(lambda: ready_for_approval(stage, claim.enterprise.uscc), within=60)
        (department,) = stage.scene.departments
        people = [stage.people.token(leader_of(department)), second_leader(house, stage, department)]
        with house.client() as client:
            answers = at_once(*(lambda token=token: approves(client, case, token) for token in people))
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        reserved = "SELECT count(*) FROM award_part WHERE case_id = %s AND what = 'granted' AND state = 'reserved'"
        assert house.count("review", reserved, [case["case_id"]]) == 1
        carried_through(house, stage)
    must_be_paid_once(house, stage)


def ready_for_approval(stage: Any, uscc: str) -> dict[str, Any] | None:
    (department,) = stage.scene.departments
    for case in stage.door.everything("/cases", token=stage.people.token(officer_of(department)), state="accepted"):
        if case["claim"]["uscc"] == uscc and not case["obstacles"]:
            return case  # type: ignore[no-any-return]
    return None


def second_leader(house: House, stage: Any, department: str) -> str:
    """The token of another person who approves for the department."""
    office = leader_of(department)
    other = type(office)(f"{office.actor_id}-2", f"{office.name}二", office.roles, department)
    return str(stage.people.appoint(other))


def approves(client: httpx.Client, case: dict[str, Any], token: str) -> httpx.Response:
    key = f"test/approve/{new_id()}"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "If-Match": f'"{case["version"]}"'}
    opinion = {"amount_fen": case["amount_fen"], "opinion": "符合条件，同意兑现"}
    return client.post(f"/api/v1/cases/{case['case_id']}/approve", json=opinion, headers=headers)


def test_a_list_that_is_pushed_four_times_at_once_is_decided_and_paid_once(house: House) -> None:
    """Twice under one key, twice under others with the same lines; the lines wait for joint checks, and are granted then."""
    stage = prepared(house, long_scene("list", 3, code=LISTED, mode="no_application"))
    (department,) = stage.scene.departments
    token, own_key = stage.people.token(officer_of(department)), f"demo/nomination/{stage.scene.name}/1"
    eventually(lambda: known_to_intake(house, stage), within=30)

    def push(key: str) -> httpx.Response:
        with house.client() as client:
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
            return answered(lambda: client.post("/api/v1/nominations", json=list_of(stage), headers=headers))

    keys = [own_key, own_key, f"test/{new_id()}", f"test/{new_id()}"]
    answers = at_once(*(lambda key=key: push(key) for key in keys))
    taken = [answer.json() for answer in answers if answer.status_code == 201]
    refused = {each["code"] for answer in answers if answer.status_code != 201 for each in answer.json()["errors"]}
    assert taken and all(each == taken[0] for each in taken)
    assert refused <= {"duplicate_application"}
    receipts = [each["receipt"] for each in taken[0]["receipts"]]
    with long_cases(house, stage, filed=True) as board:
        for claim, receipt in zip(stage.scene.claims, taken[0]["receipts"], strict=True):
            board.stories[claim.number].query_code = receipt["query_code"]
        wait_until_paid(house, stage, board)
    must_be_paid_once(house, stage)
    assert sorted(str(story.receipt) for story in board.paid) == sorted(receipts)
    codes = [claim.enterprise.uscc for claim in stage.scene.claims]
    cases = "SELECT count(*) FROM review_case WHERE claim ->> 'uscc' = ANY (%s)"
    assert house.count("review", cases, [codes]) == len(codes)


def known_to_intake(house: House, stage: Any) -> bool:
    """Whether intake has heard of the item and of everybody's facts and account."""
    (item,) = stage.items.values()
    ids = list(stage.enterprises.values())
    items = house.count("intake", "SELECT count(*) FROM item_version WHERE item_id = %s", [item])
    return items > 0 and house.count(
        "intake", "SELECT count(*) FROM payee WHERE enterprise_id = ANY (%s)", [ids]
    ) == len(ids)
