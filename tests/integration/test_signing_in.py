"""People come in with login and password, and with a code where it is set up; those who guess wait longer and longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sign_in_kit import ANOTHER_PASSWORD, PASSWORD, CountedHashes, DoorOfTests, Person, capacity, signed_in
from sqlalchemy import event

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from gateway.identity.security.events import NOWHERE
from gateway.identity.sign_in.entrance import Visit
from gateway.identity.sign_in.use_cases import SignInRefused, sign_in


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def door(service_frame: Callable[..., Frame], clock: FixedClock) -> DoorOfTests:
    return DoorOfTests(service_frame, clock)


def test_somebody_signs_in_reads_the_notice_once_and_signs_out(door: DoorOfTests) -> None:
    zhang = door.person("zhang")
    browser = door.browser()
    page = zhang.begins(browser, "/items")
    assert page.url.path == "/sign-in/notice"
    assert "个人信息处理告知书" in page.text
    assert not signed_in(browser)
    assert browser.post("/sign-in/notice", accepted="true").headers["location"] == "/items"
    assert "章贡区工信局 · 初审" in browser.open("/").text

    out = browser.send("/sign-out")
    assert "您已退出登录" in out.text
    assert browser.session is None
    assert zhang.begins(browser).url.path == "/"
    kinds = [each["kind"] for each in reversed(door.events(person_id=zhang.id))]
    assert kinds == ["invitation", "invitation_used", "sign_in", "notice_accepted", "sign_out", "sign_in"]


def test_the_first_page_asks_for_nothing_else_of_who_has_a_second_factor_until_it_is_given(door: DoorOfTests) -> None:
    wang = door.person("wang", capacity("兑付经办", "payment_maker"), second_factor=True)
    browser = door.browser()
    assert wang.begins(browser).url.path == "/sign-in/code"
    assert browser.open("/sign-in/notice").status_code == 403
    assert not signed_in(browser)
    assert browser.open("/sign-in").url.path == "/sign-in/code"
    refused = browser.send("/sign-in/code", code="000000")
    assert refused.status_code == 422
    assert "动态口令不正确" in refused.text
    assert browser.send("/sign-in/code", code=wang.code(steps=1)).url.path == "/sign-in/notice"


def test_a_code_counts_once(door: DoorOfTests, clock: FixedClock) -> None:
    wang = door.person("wang", second_factor=True)
    used_at_set_up = wang.code()
    browser = door.browser()
    wang.begins(browser)
    assert browser.send("/sign-in/code", code=used_at_set_up).status_code == 422
    code = wang.code(steps=1)
    assert browser.send("/sign-in/code", code=code).status_code == 200
    other = door.browser()
    wang.begins(other)
    assert other.send("/sign-in/code", code=code).status_code == 422
    clock.advance(timedelta(seconds=60))
    assert other.send("/sign-in/code", code=wang.code()).status_code == 200


def test_of_many_who_give_one_code_at_once_one_comes_in(door: DoorOfTests) -> None:
    wang = door.person("wang", second_factor=True)
    browsers = [door.browser(f"203.0.113.{number}") for number in range(4)]
    for browser in browsers:
        wang.begins(browser)
    code = wang.code(steps=1)
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda each: each.post("/sign-in/code", code=code).status_code, browsers))
    assert sorted(answers) == [303, 422, 422, 422]


def test_a_recovery_code_stands_in_for_the_telephone_once(door: DoorOfTests) -> None:
    wang = door.person("wang", second_factor=True)
    assert len(wang.recovery_codes) == 10
    browsers = [door.browser(f"203.0.113.{number}") for number in range(4)]
    for browser in browsers:
        wang.begins(browser)
    typed = wang.recovery_codes[3].lower().replace("-", " ")
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda each: each.post("/sign-in/code", code=typed).status_code, browsers))
    assert sorted(answers) == [303, 422, 422, 422]
    assert [each["details"]["left"] for each in door.events(kind="recovery_code_used")] == [9]


def test_nobody_learns_which_accounts_there_are(door: DoorOfTests) -> None:
    zhang, hashes = door.person("zhang"), door.hashes
    door.invite("person-li", "lihua")
    suspended = door.person("zhao")
    assert door.api("POST", f"/accounts/{door.account('zhao')['account_id']}/suspend", {"why": "已调离"}).is_success
    hashes.compared.clear()
    pages = []
    for login in (zhang.login, "nobody", "lihua", suspended.login):
        browser = door.browser()
        browser.open("/sign-in")
        answer = browser.send("/sign-in", login=login, password=ANOTHER_PASSWORD)
        assert (answer.status_code, "登录名或口令不正确" in answer.text) == (403, True)
        pages.append(answer.text.replace(login, "…").count("\n"))
    assert len(hashes.compared) == 4, "as many comparisons as attempts, whether there is such an account or not"
    assert len(set(pages)) == 1


def test_the_same_is_written_and_asked_whether_there_is_such_an_account_or_not(door: DoorOfTests) -> None:
    door.person("zhang")
    counted: list[int] = []
    for login in ("zhang", "nobody"):
        statements: list[str] = []
        with _listening(door.frame, statements), pytest.raises(SignInRefused):
            sign_in(door.signing_in.entrance, login, ANOTHER_PASSWORD, Visit(origin=NOWHERE))
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_whoever_fails_too_often_waits_longer_and_longer(door: DoorOfTests, clock: FixedClock) -> None:
    zhang = door.person("zhang")
    browser = door.browser()
    browser.open("/sign-in")
    answers = [browser.send("/sign-in", login="zhang", password=ANOTHER_PASSWORD).status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]
    assert zhang.begins(browser).status_code == 429, "the right password does not help while one must wait"
    clock.advance(timedelta(seconds=61))
    assert browser.send("/sign-in", login="zhang", password=ANOTHER_PASSWORD).status_code == 403
    clock.advance(timedelta(seconds=61))
    assert browser.send("/sign-in", login="zhang", password=PASSWORD).status_code == 429, "the wait has doubled"
    clock.advance(timedelta(seconds=61))
    assert zhang.begins(browser).url.path == "/sign-in/notice"
    assert len(door.events(kind="lockout")) == 2
    assert {each["account_id"] for each in door.events(kind="lockout")} == {door.account("zhang")["account_id"]}


def test_a_login_that_nobody_has_is_made_to_wait_the_same(door: DoorOfTests) -> None:
    browser = door.browser()
    browser.open("/sign-in")
    answers = [browser.send("/sign-in", login="nobody", password=PASSWORD).status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]


def test_attempts_at_the_same_moment_are_no_more_than_one_after_the_other(door: DoorOfTests) -> None:
    door.person("zhang")
    door.hashes.compared.clear()
    browsers = [door.browser(f"203.0.113.{number}") for number in range(12)]
    for browser in browsers:
        browser.open("/sign-in")

    def guess(number: int) -> int:
        return browsers[number].post("/sign-in", login="zhang", password=f"guess number {number} of many").status_code

    with ThreadPoolExecutor(12) as crowd:
        answers = sorted(crowd.map(guess, range(12)))
    assert answers == [403] * 5 + [429] * 7
    assert len(door.hashes.compared) == 5


def test_codes_are_guessed_no_more_often_than_passwords(door: DoorOfTests) -> None:
    wang = door.person("wang", second_factor=True)
    browser = door.browser()
    wang.begins(browser)
    answers = [browser.send("/sign-in/code", code="000000").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert wang.begins(door.browser()).status_code == 429, "and the password opens no new round of guesses"


def test_an_address_that_fails_with_many_logins_waits_too(door: DoorOfTests) -> None:
    zhang = door.person("zhang")
    browser = door.browser("198.51.100.9")
    browser.open("/sign-in")
    for number in range(30):
        assert browser.send("/sign-in", login=f"login-{number}", password=PASSWORD).status_code == 403
    assert zhang.begins(browser).status_code == 429
    assert zhang.begins(door.browser("198.51.100.10")).status_code == 200


def test_a_password_is_hashed_anew_when_the_parameters_have_been_raised(
    service_frame: Callable[..., Frame], clock: FixedClock
) -> None:
    before = DoorOfTests(service_frame, clock)
    zhang = before.person("zhang")
    after = DoorOfTests(
        service_frame, clock, frame=before.frame, people=before.people, hashes=CountedHashes(memory_kib=128)
    )
    Person(after, "zhang").signs_in()
    with before.frame.reader(["platform"]) as reader:
        kept = reader.execute("SELECT password_hash FROM account_secret").scalar_one()
    assert "m=128" in kept
    assert zhang.begins(after.browser()).status_code == 200


def test_secrets_stand_nowhere_in_the_open(door: DoorOfTests) -> None:
    wang = door.person("wang", second_factor=True)
    wang.signs_in()
    browser = door.browser()
    browser.open("/sign-in")
    browser.send("/sign-in", login="wang", password=ANOTHER_PASSWORD)
    secrets = [PASSWORD, ANOTHER_PASSWORD, wang.secret or "", *wang.recovery_codes, browser.session or "-" * 9]
    with door.frame.reader(["platform"]) as reader:
        tables = reader.execute(
            "SELECT oid::regclass::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'SELECT')"
        ).scalars()
        for table in list(tables):
            written = "\n".join(reader.execute(f"SELECT t::text FROM {table} t").scalars())
            assert [secret for secret in secrets if secret in written] == [], table


@contextmanager
def _listening(frame: Frame, statements: list[str]) -> Iterator[None]:
    """Every statement that is sent to the database goes into the list."""

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    for engine in (frame.engine, frame.read_engine):
        event.listen(engine, "before_cursor_execute", heard)
    try:
        yield
    finally:
        for engine in (frame.engine, frame.read_engine):
            event.remove(engine, "before_cursor_execute", heard)
