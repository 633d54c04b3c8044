"""People come to their account by a link that works once; what they lose the security administrator resets."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sign_in_kit import (
    ANOTHER_PASSWORD,
    PASSWORD,
    DoorOfTests,
    capacity,
    offered_secret_of,
    set_up,
    signed_in,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.write.uow import UnitOfWork


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def door(service_frame: Callable[..., Frame], clock: FixedClock) -> DoorOfTests:
    return DoorOfTests(service_frame, clock)


def test_the_page_shows_whom_it_is_for_and_a_picture_to_scan(door: DoorOfTests) -> None:
    door.people.names["p-1"] = "李四"
    page = door.browser().open(door.invite("p-1", "lisi"))
    assert page.status_code == 200
    assert "李四" in page.text
    assert "lisi" in page.text
    assert re.search(r'<img src="data:image/svg\+xml[^"]*" alt="动态口令的二维码', page.text)
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_all_that_is_wrong_is_said_at_once_and_the_picture_stays_the_same(door: DoorOfTests) -> None:
    path = door.invite("p-1", "lisi", capacity("兑付经办", "payment_maker"))
    browser = door.browser()
    secret = offered_secret_of(browser.open(path).text)
    refused = browser.send(path, password="short", repeated_password="shorter", code="000000")
    assert refused.status_code == 422
    for sentence in ("口令至少 12 个字符", "两次输入的口令不一致", "动态口令不正确"):
        assert sentence in refused.text
    assert offered_secret_of(refused.text) == secret
    assert "shorter" not in refused.text
    bare = browser.send(path, password=PASSWORD, repeated_password=PASSWORD, code="")
    assert "您的岗位须启用动态口令" in bare.text


def test_who_decides_and_pays_nothing_may_do_without_a_second_factor(door: DoorOfTests) -> None:
    lisi = set_up(door, door.invite("p-1", "lisi", capacity("窗口", "window")), "lisi")
    assert lisi.recovery_codes == ()
    assert signed_in(lisi.signs_in())
    assert door.account("lisi")["second_factor"] is False


def test_a_duty_that_pays_is_not_opened_by_a_session_without_a_second_factor(door: DoorOfTests) -> None:
    lisi = set_up(door, door.invite("p-1", "lisi", capacity("窗口", "window")), "lisi")
    browser = lisi.signs_in()
    door.people.acting["p-1"].append(capacity("兑付经办", "payment_maker"))
    page = browser.open("/sign-in/capacity")
    assert "以下岗位现在不能使用" in page.text
    refused = browser.post("/sign-in/capacity", key="兑付经办")
    assert refused.status_code == 403
    assert [each["details"]["reason"] for each in door.events(kind="permission_refused")] == [
        "capacity_needs_second_factor"
    ]


def test_of_many_who_use_one_link_at_once_one_comes_through(door: DoorOfTests) -> None:
    path = door.invite("p-1", "lisi")
    browsers = [door.browser(f"203.0.113.{number}") for number in range(5)]
    for browser in browsers:
        browser.open(path)

    def use(number: int) -> int:
        password = f"{PASSWORD} number {number}"
        return browsers[number].post(path, password=password, repeated_password=password, code="").status_code

    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(use, range(5)))
    assert sorted(answers)[0] == 200
    assert all(status in (410, 422) for status in sorted(answers)[1:])
    assert len(door.events(kind="invitation_used")) == 1
    assert len(door.events(kind="invitation_refused")) >= 4


@pytest.mark.parametrize("why", ["used", "run_out", "never_made", "withdrawn"])
def test_a_link_that_is_worth_nothing_does_not_say_why(door: DoorOfTests, clock: FixedClock, why: str) -> None:
    path = door.invite("p-1", "lisi")
    if why == "used":
        set_up(door, path, "lisi")
    if why == "run_out":
        clock.advance(timedelta(days=3))
    if why == "never_made":
        path = "/sign-in/invitation/" + "0" * 64
    if why == "withdrawn":
        recover(door, "lisi")
    page = door.browser().open(path)
    assert page.status_code == 410
    assert "邀请链接已失效或已使用" in page.text


def recover(door: DoorOfTests, login: str) -> str:
    account = door.account(login)["account_id"]
    answer = door.api("POST", f"/accounts/{account}/recover", {"why": "本人持身份证到场"})
    assert answer.status_code == 201, answer.text
    path: str = answer.json()["path"]
    return path


def test_a_recovery_takes_password_codes_and_sessions_away(door: DoorOfTests, clock: FixedClock) -> None:
    told: list[tuple[str, str]] = []

    def tell(_uow: UnitOfWork, person_id: str, sentence: str) -> None:
        told.append((person_id, sentence))

    door.signing_in.tell = tell
    lisi = set_up(door, door.invite("p-1", "lisi", capacity("窗口")), "lisi", second_factor=True)
    browser = lisi.signs_in()
    assert signed_in(browser)
    path = recover(door, "lisi")
    assert not signed_in(browser), "at once where it was done; within seconds everywhere"
    assert lisi.begins(door.browser()).status_code == 403
    assert [person for person, _sentence in told] == ["p-1"]
    assert "安全管理员" in told[0][1]

    again = set_up(door, path, "lisi", second_factor=True)
    assert again.secret != lisi.secret
    clock.advance(timedelta(minutes=2))
    fresh = door.browser()
    again.begins(fresh)
    assert fresh.send("/sign-in/code", code=lisi.recovery_codes[0]).status_code == 422, "former codes are gone"
    assert fresh.send("/sign-in/code", code=lisi.code()).status_code == 422
    assert fresh.send("/sign-in/code", code=again.code()).status_code == 200
    (event,) = door.events(kind="recovery")
    assert (event["person_id"], event["actor_id"], event["details"]["sessions_ended"]) == ("p-1", "platform", 1)


def test_a_link_is_shown_once_and_kept_nowhere(door: DoorOfTests) -> None:
    order = {"person_id": "p-1", "login": "lisi"}
    first = door.api("POST", "/accounts", order, **{"Idempotency-Key": "the-same-key"})
    again = door.api("POST", "/accounts", order, **{"Idempotency-Key": "the-same-key"})
    assert (again.status_code, again.json()["code"]) == (409, "already_issued")
    token = first.json()["path"].rpartition("/")[2]
    with door.frame.reader(["platform"]) as reader:
        for table in ("invitation", "invitation_key", "idempotency_record", "audit_fact", "security_event"):
            written = "\n".join(reader.execute(f"SELECT t::text FROM {table} t").scalars())
            assert token not in written, table


def test_a_login_belongs_to_one_account_and_a_person_has_one_in_a_tenant(door: DoorOfTests) -> None:
    door.invite("p-1", "lisi")
    taken = door.api("POST", "/accounts", {"person_id": "p-2", "login": "lisi"})
    assert (taken.status_code, taken.json()["code"]) == (409, "login_taken")
    twice = door.api("POST", "/accounts", {"person_id": "p-1", "login": "lisi2"})
    assert (twice.status_code, twice.json()["code"]) == (409, "account_exists")


def test_a_suspended_account_comes_in_no_more_until_it_is_resumed(door: DoorOfTests) -> None:
    lisi = door.person("lisi")
    browser = lisi.signs_in()
    account = door.account("lisi")["account_id"]
    assert door.api("POST", f"/accounts/{account}/suspend", {"why": "已调离"}).json()["state"] == "suspended"
    assert not signed_in(browser)
    assert lisi.begins(door.browser()).status_code == 403
    assert door.api("POST", f"/accounts/{account}/suspend", {"why": "已调离"}).status_code == 409
    refused = door.api("POST", f"/accounts/{account}/recover", {"why": "本人到场"})
    assert refused.json()["code"] == "account_suspended_already"
    assert door.api("POST", f"/accounts/{account}/resume", {"why": "调回"}).json()["state"] == "active"
    assert lisi.begins(door.browser()).status_code == 200


def test_people_change_their_own_password_and_are_signed_out_everywhere_else(door: DoorOfTests) -> None:
    lisi = door.person("lisi")
    here, there = lisi.signs_in(), lisi.signs_in()
    here.open("/sign-in/password")
    wrong = {"present_password": ANOTHER_PASSWORD, "password": ANOTHER_PASSWORD + " x"}
    refused = here.send("/sign-in/password", **wrong, repeated_password=wrong["password"])
    assert "现用口令不正确" in refused.text
    unfit = here.send("/sign-in/password", present_password=PASSWORD, password="short", repeated_password="short")
    assert "口令至少 12 个字符" in unfit.text
    done = here.send(
        "/sign-in/password",
        present_password=PASSWORD,
        password=ANOTHER_PASSWORD,
        repeated_password=ANOTHER_PASSWORD,
    )
    assert "口令已修改" in done.text
    assert signed_in(here)
    assert not signed_in(there)
    assert lisi.begins(door.browser()).status_code == 403
    lisi.password = ANOTHER_PASSWORD
    assert lisi.begins(door.browser()).status_code == 200
    assert [each["details"]["sessions_ended"] for each in door.events(kind="password_changed")] == [1]
