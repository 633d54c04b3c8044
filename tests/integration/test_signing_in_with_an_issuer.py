"""Signing in with an identity provider that is a program of its own, and with one that misbehaves."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from sign_in_kit import HERE, HERE_ALONE, Browser, DoorOfTests, capacity, set_up, signed_in

from chassis.edge.frame import Frame
from chassis.outside.client import Limits
from gateway.identity.issuers import connection
from gateway.identity.issuers.connection import Connections
from gateway.signing_in import CALLBACK
from sandbox.testing import RunningProgram

SECRET = "the-secret-of-the-province"
RESIDENT_ID = "36010219900101001X"


@dataclass
class Abroad:
    """The door, a provider, and what is agreed between them."""

    door: DoorOfTests
    provider: RunningProgram

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.provider.port}"

    def misbehave(self, *behaviours: str, **more: Any) -> None:
        rules = [{"behaviour": behaviour, **more} for behaviour in behaviours]
        self.provider.client.put("/control/behaviour", json=rules).raise_for_status()

    def knows(self, sub: str, **claims: Any) -> None:
        self.provider.client.put(f"/control/people/{sub}", json=claims).raise_for_status()

    def leaves(self, browser: Browser, query: str = "") -> str:
        """To the provider: the address there."""
        answer = browser.ask("GET", f"/sign-in/oidc/province{query}", headers={"Accept": "text/html"})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def chooses(self, address: str, sub: str) -> str:
        """On the provider's page: the address back."""
        answer = httpx.get(address, params={**dict(parse_qsl(urlsplit(address).query)), "as": sub}, trust_env=False)
        assert answer.status_code == 303, answer.text
        back = answer.headers["location"]
        assert back.startswith(HERE + CALLBACK)
        return back.removeprefix(HERE)

    def comes(self, browser: Browser, sub: str, query: str = "") -> httpx.Response:
        """There and back."""
        return browser.open(self.chooses(self.leaves(browser, query), sub))


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.identity_provider", tmp_path_factory.mktemp("provider") / "book.sqlite") as running:
        running.client.put(
            "/control/clients/zhida", json={"secret": SECRET, "redirect_uri": HERE + CALLBACK}
        ).raise_for_status()
        yield running


@pytest.fixture
def abroad(service_frame: Callable[..., Frame], provider: RunningProgram) -> Iterator[Abroad]:
    provider.client.delete("/control/behaviour").raise_for_status()
    abroad = Abroad(DoorOfTests(service_frame), provider)
    registered = abroad.door.api("POST", "/issuers", order(abroad))
    assert registered.status_code == 201, registered.text
    abroad.door.people.names["p-1"] = "李四"
    abroad.door.people.acting["p-1"] = [capacity("红星机械", role="enterprise")]
    abroad.door.people.resident_ids[RESIDENT_ID] = "p-1"
    abroad.knows("sub-1", name="李四", id_number=RESIDENT_ID)
    abroad.knows("sub-2", name="王五", email="lisi@example.com")
    yield abroad
    abroad.door.signing_in.connections.close()


def order(abroad: Abroad, **terms: Any) -> dict[str, Any]:
    return {
        "issuer_id": "province",
        "client_secret": SECRET,
        "terms": {
            "issuer": abroad.issuer,
            "client_id": "zhida",
            "audience": "enterprise",
            "label_zh": "省统一身份认证",
            "label_en": "Province",
            "resident_id_claim": "id_number",
            **terms,
        },
    }


def test_somebody_comes_in_by_the_resident_id_that_the_provider_says(abroad: Abroad) -> None:
    browser = abroad.door.browser()
    assert "省统一身份认证" in browser.open("/sign-in?next=/items").text
    page = abroad.comes(browser, "sub-1", "?next=/items")
    assert page.url.path == "/sign-in/notice"
    assert browser.post("/sign-in/notice", accepted="true").headers["location"] == "/items"
    assert signed_in(browser)
    assert "zhida-journey" not in browser.cookies
    (linked,) = abroad.door.events(kind="subject_linked")
    assert (linked["person_id"], linked["details"]["how"]) == ("p-1", "resident_id")
    assert [each["details"] for each in abroad.door.events(kind="sign_in")] == [{"how": "issuer", "issuer": "province"}]

    abroad.knows("sub-1", name="另一个名字")
    again = abroad.door.browser()
    abroad.comes(again, "sub-1")
    assert signed_in(again), "the link stays, whatever else the provider says from now on"
    with abroad.door.frame.reader(["platform"]) as reader:
        assert RESIDENT_ID not in str(reader.execute("SELECT t::text FROM subject_link t").scalars().all())
        assert RESIDENT_ID not in str(reader.execute("SELECT t::text FROM security_event t").scalars().all())


def test_the_request_goes_by_pkce_and_says_where_to_come_back(abroad: Abroad) -> None:
    address = abroad.leaves(abroad.door.browser())
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid profile"
    assert asked["redirect_uri"] == HERE + CALLBACK
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) == len(asked["nonce"]) == 43
    assert "prompt" not in asked


def test_nobody_is_known_by_name_or_mail(abroad: Abroad) -> None:
    abroad.door.people.names["p-2"] = "王五"
    page = abroad.comes(abroad.door.browser(), "sub-2")
    assert page.status_code == 403
    assert "尚未在本系统登记" in page.text
    assert [each["details"]["reason"] for each in abroad.door.events(kind="oidc_refused")] == ["subject_unknown"]


def test_an_invitation_links_whom_the_provider_gives_no_resident_id(abroad: Abroad) -> None:
    abroad.door.people.acting["p-2"] = [capacity("蓝天食品", role="enterprise")]
    invited = abroad.door.api("POST", "/accounts/links", {"person_id": "p-2", "issuer_id": "province"}).json()
    browser = abroad.door.browser()
    page = browser.open(invited["path"])
    assert "省统一身份认证" in page.text
    (go,) = re.findall(r'href="(/sign-in/oidc/province\?[^"]*)"', page.text)
    query = "?" + urlsplit(html.unescape(go)).query
    abroad.comes(browser, "sub-2", query)
    browser.send("/sign-in/notice", accepted="true")
    assert signed_in(browser)
    assert [each["details"]["how"] for each in abroad.door.events(kind="subject_linked")] == ["invitation"]
    assert abroad.door.browser().open(invited["path"]).status_code == 410

    thief = abroad.door.browser()
    answer = thief.ask("GET", f"/sign-in/oidc/province{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 422
    plain = abroad.door.browser()
    abroad.comes(plain, "sub-2")
    assert signed_in(plain)


def test_an_invitation_does_not_make_somebody_another(abroad: Abroad) -> None:
    invited = abroad.door.api("POST", "/accounts/links", {"person_id": "p-2", "issuer_id": "province"}).json()
    token = invited["path"].rpartition("/")[2]
    page = abroad.comes(abroad.door.browser(), "sub-1", f"?invitation={token}")
    assert page.status_code == 409
    assert "已与其他人员关联" in page.text
    assert abroad.door.browser().open(invited["path"]).status_code == 200, "it has not been used up"


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ("wrong_nonce", "invalid_claim"),
        ("wrong_audience", "invalid_claim"),
        ("wrong_issuer", "invalid_claim"),
        ("wrong_at_hash", "at_hash"),
        ("expired", "expired_token"),
        ("alg_none", "algorithm"),
        ("other_key", "bad_signature"),
    ],
)
def test_a_provider_that_says_what_is_not_so_lets_nobody_in(abroad: Abroad, lie: str, why: str) -> None:
    abroad.misbehave(lie)
    browser = abroad.door.browser()
    page = abroad.comes(browser, "sub-1")
    assert page.status_code == 403
    assert "未通过校验" in page.text
    assert browser.session is None
    assert [each["details"]["why"] for each in abroad.door.events(kind="oidc_refused")] == [why]


def test_keys_that_are_rotated_are_fetched_anew(abroad: Abroad, monkeypatch: pytest.MonkeyPatch) -> None:
    abroad.comes(abroad.door.browser(), "sub-1")
    abroad.misbehave("rotate_keys", next=1)
    monkeypatch.setattr(connection, "REFETCH_SECONDS", 0.0)
    browser = abroad.door.browser()
    assert abroad.comes(browser, "sub-1").url.path == "/sign-in/notice"


def test_a_callback_that_comes_again_is_refused(abroad: Abroad) -> None:
    browser = abroad.door.browser()
    back = abroad.chooses(abroad.leaves(browser), "sub-1")
    kept = dict(browser.cookies)
    assert browser.open(back).status_code == 200
    again = abroad.door.browser()
    again.cookies = kept
    assert again.open(back).status_code == 403
    assert [each["details"]["reason"] for each in abroad.door.events(kind="oidc_refused")] == ["journey_unknown"]


def test_a_code_that_comes_again_is_refused_before_the_provider_is_asked(abroad: Abroad) -> None:
    abroad.misbehave("take_code_again")
    first = abroad.door.browser()
    back = abroad.chooses(abroad.leaves(first), "sub-1")
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    assert first.open(back).status_code == 200
    second = abroad.door.browser()
    own = dict(parse_qsl(urlsplit(abroad.leaves(second)).query))
    page = second.open(f"{CALLBACK}?state={own['state']}&code={code}&iss={abroad.issuer}")
    assert page.status_code == 403
    assert second.session is None


def test_a_state_counts_in_the_browser_that_left_with_it_alone(abroad: Abroad) -> None:
    victim, attacker = abroad.door.browser(), abroad.door.browser()
    back = abroad.chooses(abroad.leaves(attacker), "sub-1")
    assert victim.open(back).status_code == 403, "no cookie"
    abroad.leaves(victim)
    assert victim.open(back).status_code == 403, "the cookie of another journey"
    assert victim.session is None


@pytest.mark.parametrize("answer", ["", "?state=made-up&code=made-up", "?state=&code=", "?error=server_error"])
def test_a_callback_out_of_nowhere_is_refused(abroad: Abroad, answer: str) -> None:
    assert abroad.door.browser().open(CALLBACK + answer).status_code == 403


def test_an_answer_of_another_issuer_is_not_mixed_up_with_ours(abroad: Abroad) -> None:
    for mixed_up in ("https%3A%2F%2Felsewhere.example", None):
        browser = abroad.door.browser()
        back = abroad.chooses(abroad.leaves(browser), "sub-1")
        own = re.escape("iss=http%3A%2F%2F127.0.0.1%3A") + r"\d+"
        answer = re.sub(own, f"iss={mixed_up}" if mixed_up else "", back)
        assert answer != back
        assert browser.open(answer).status_code == 403
    assert {each["details"]["why"] for each in abroad.door.events(kind="oidc_refused")} == {"answer_of_another_issuer"}


def test_whoever_says_no_at_the_provider_is_told_so_and_may_come_another_way(abroad: Abroad) -> None:
    for _ in range(2):
        page = abroad.comes(abroad.door.browser(), "-")
        assert page.status_code == 403
        assert "没有完成本次登录" in page.text
        assert 'href="/sign-in"' in page.text


@pytest.mark.parametrize("trouble", ["timeout_before", "http_500"])
def test_while_the_provider_is_down_people_sign_in_with_their_accounts(abroad: Abroad, trouble: str) -> None:
    zhang = abroad.door.person("zhang")
    abroad.misbehave(trouble)
    page = abroad.door.browser().open("/sign-in/oidc/province")
    assert page.status_code == 503
    assert "身份认证平台暂时无法使用" in page.text
    assert 'href="/sign-in"' in page.text
    assert signed_in(zhang.signs_in())


def test_a_provider_that_falls_silent_half_way_is_given_up_after_seconds(
    abroad: Abroad,
) -> None:
    browser = abroad.door.browser()
    back = abroad.chooses(abroad.leaves(browser), "sub-1")
    abroad.door.signing_in.connections = Connections(HERE_ALONE, limits=Limits(0.5))
    abroad.misbehave("timeout_before", seconds=30, at="token")
    page = browser.open(back)
    assert page.status_code == 503
    assert "暂时无法使用" in page.text
    assert [each["details"]["reason"] for each in abroad.door.events(kind="oidc_refused")] == ["issuer_unavailable"]


def test_a_slow_provider_is_waited_for(abroad: Abroad) -> None:
    abroad.misbehave("answer_late", seconds=0.3)
    assert abroad.comes(abroad.door.browser(), "sub-1").url.path == "/sign-in/notice"


def test_a_code_is_asked_for_besides_where_the_person_has_one_and_the_provider_asked_for_none(abroad: Abroad) -> None:
    door = abroad.door
    path = door.invite("p-1", "lisi", capacity("兑付经办", "payment_maker"))
    lisi = set_up(door, path, "lisi", second_factor=True)
    browser = door.browser()
    assert abroad.comes(browser, "sub-1").url.path == "/sign-in/code"
    assert not signed_in(browser)
    assert browser.send("/sign-in/code", code=lisi.code(steps=1)).url.path == "/sign-in/notice"


def test_a_second_factor_at_the_provider_counts_where_that_is_agreed(abroad: Abroad) -> None:
    door = abroad.door
    changed = door.api(
        "PUT",
        "/issuers/province",
        {"terms": order(abroad, second_factor_acr=["two"])["terms"]},
        **{"If-Match": '"1"'},
    )
    assert changed.status_code == 200, changed.text
    path = door.invite("p-1", "lisi", capacity("兑付经办", "payment_maker"))
    set_up(door, path, "lisi", second_factor=True)
    abroad.knows("sub-1", id_number=RESIDENT_ID, acr="one")
    assert abroad.comes(door.browser(), "sub-1").url.path == "/sign-in/code"
    abroad.knows("sub-1", id_number=RESIDENT_ID, acr="two")
    assert abroad.comes(door.browser(), "sub-1").url.path == "/sign-in/notice"


def test_whoever_was_suspended_does_not_come_in_by_another_way(abroad: Abroad) -> None:
    door = abroad.door
    set_up(door, door.invite("p-1", "lisi"), "lisi")
    door.api("POST", f"/accounts/{door.account('lisi')['account_id']}/suspend", {"why": "已调离"})
    page = abroad.comes(door.browser(), "sub-1")
    assert page.status_code == 403
    assert "账号已停用" in page.text


def test_the_resident_id_may_come_from_userinfo_of_the_same_person_alone(abroad: Abroad) -> None:
    terms = order(abroad, claims_from_userinfo=True)["terms"]
    abroad.door.api("PUT", "/issuers/province", {"terms": terms}, **{"If-Match": '"1"'})
    abroad.misbehave("other_person", next=1)
    assert abroad.comes(abroad.door.browser(), "sub-1").status_code == 403
    assert abroad.comes(abroad.door.browser(), "sub-1").url.path == "/sign-in/notice"


def test_who_came_by_an_issuer_proves_themselves_there_once_more(abroad: Abroad) -> None:
    browser = abroad.door.browser()
    abroad.comes(browser, "sub-1")
    browser.send("/sign-in/notice", accepted="true")
    before = browser.session
    page = browser.open("/sign-in/confirm?next=/items")
    assert "前往身份认证平台" in page.text
    address = abroad.leaves(browser, "?purpose=confirm&next=/items")
    asked = dict(parse_qsl(urlsplit(address).query))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    abroad.knows("sub-3", id_number="-")
    assert browser.open(abroad.chooses(address, "sub-3")).status_code == 409, "somebody else proves nothing"
    back = abroad.chooses(abroad.leaves(browser, "?purpose=confirm&next=/items"), "sub-1")
    answer = browser.ask("GET", back)
    assert answer.headers["location"] == "/items"
    assert browser.session != before
    assert [each["details"]["how"] for each in abroad.door.events(kind="step_up")] == ["issuer"]


def test_a_closed_issuer_lets_nobody_in_and_ends_the_sessions_that_began_with_it(abroad: Abroad) -> None:
    browser = abroad.door.browser()
    abroad.comes(browser, "sub-1")
    browser.send("/sign-in/notice", accepted="true")
    back = abroad.chooses(abroad.leaves(abroad.door.browser()), "sub-1")
    closed = abroad.door.api("POST", "/issuers/province/close", {}, **{"If-Match": '"1"'})
    assert closed.json()["state"] == "closed"
    abroad.door.signing_in.directory._known._found.clear()
    assert not signed_in(browser)
    assert abroad.door.browser().open(back).status_code == 403
    assert abroad.door.browser().open("/sign-in/oidc/province").status_code == 404
    assert "省统一身份认证" not in abroad.door.browser().open("/sign-in").text


def test_the_register_takes_no_unsafe_address_and_shows_no_secret(abroad: Abroad) -> None:
    for terms in (
        {"issuer": "http://id.example"},
        {"issuer": "https://user:password@id.example"},
        {"discovery_url": "ftp://id.example"},
    ):
        refused = abroad.door.api("POST", "/issuers", {**order(abroad, **terms), "issuer_id": "other"})
        assert refused.status_code == 422, terms
    moved = order(abroad, issuer="https://id.example")["terms"]
    refused = abroad.door.api("PUT", "/issuers/province", {"terms": moved}, **{"If-Match": '"1"'})
    assert refused.json()["code"] == "issuer_is_another"
    twice = abroad.door.api("POST", "/issuers", order(abroad))
    assert (twice.status_code, twice.json()["code"]) == (409, "issuer_exists")
    assert SECRET not in json.dumps(abroad.door.api("GET", "/issuers").json())
    with abroad.door.frame.reader(["platform"]) as reader:
        for table in ("issuer", "issuer_secret", "audit_fact", "idempotency_record", "security_event"):
            assert SECRET not in str(reader.execute(f"SELECT t::text FROM {table} t").scalars().all()), table


def test_a_certificate_that_is_not_connected_is_said_to_be_so(abroad: Abroad) -> None:
    page = abroad.door.browser().open("/sign-in/certificate/e_licence")
    assert page.status_code == 404
    assert "尚未接入该方式" in page.text
    assert "电子营业执照" not in abroad.door.browser().open("/sign-in").text
