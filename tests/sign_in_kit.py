"""The gateway with a database of its own, people who are stood in for, and browsers that keep their cookies."""

from __future__ import annotations

import asyncio
import html
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
from portal_kit import EveryPlace

from chassis.edge.frame import Frame
from chassis.outside.reach import Reach
from chassis.time.clock import Clock
from contracts.message import Actor
from gateway.app import create_app
from gateway.bus import Bus
from gateway.identity.accounts.hashing import Argon2Hashes
from gateway.identity.issuers.connection import Connections
from gateway.identity.sessions.people_port import Capacity
from gateway.identity.views import Directory, Principal
from gateway.rate_limits import RateLimits
from gateway.signing_in import SigningIn, SignInSettings

HERE = "http://127.0.0.1:8700"
HERE_ALONE = Reach.from_env({"LINK_NETWORKS": "127.0.0.0/8, ::1/128"})
TOKEN = "the-platform-operator"
PASSWORD = "three plain words 7 often"
ANOTHER_PASSWORD = "other plain words 9 seldom"
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


@dataclass
class FakePeople:
    """The people's room, stood in for."""

    names: dict[str, str] = field(default_factory=dict)
    acting: dict[str, list[Capacity]] = field(default_factory=dict)
    resident_ids: dict[str, str] = field(default_factory=dict)

    def name_of(self, person_id: str) -> str:
        return self.names.get(person_id, person_id)

    def capacities(self, person_id: str) -> Sequence[Capacity]:
        return tuple(self.acting.get(person_id, ()))

    def person_by_resident_id(self, resident_id: str) -> str | None:
        return self.resident_ids.get(resident_id)


class CountedHashes(Argon2Hashes):
    """Cheap hashes, counted: equal work is seen better by counting than by a clock."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(**{"memory_kib": 64, "rounds": 1, "lanes": 1, **parameters})
        self.compared: list[bool] = []

    def fits(self, known: str | None, password: str) -> bool:
        self.compared.append(known is not None)
        return super().fits(known, password)


def capacity(key: str, *duties: str, tenant: str = "zhanggong", role: str = "department") -> Capacity:
    """What somebody acts as; `key` names it wherever it is shown."""
    actor = Actor(id="person", roles=frozenset({role}), name="张三", department="章贡区工信局")
    return Capacity(
        key=key,
        tenant=tenant,
        label=f"章贡区工信局 · {key}",
        principal=Principal(tenant, actor),
        duties=frozenset(duties),
    )


@cache
def the_loop() -> asyncio.AbstractEventLoop:
    """One event loop, as a gateway's process has: what many browsers ask at once, one application answers."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="gateway of tests", daemon=True).start()
    return loop


class Browser:
    """A browser without scripts: keeps cookies, sends the hidden fields of the form that it sends."""

    def __init__(self, app: Any, address: str = "203.0.113.7") -> None:
        self.app = app
        self.address = address
        self.cookies: dict[str, str] = {}
        self.page: httpx.Response | None = None

    @property
    def session(self) -> str | None:
        return self.cookies.get("zhida")

    def ask(self, method: str, address: str, **request: Any) -> httpx.Response:
        """One request, whose redirects are not followed."""

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 5000))
            async with httpx.AsyncClient(transport=transport, base_url=HERE, cookies=self.cookies) as client:
                return await client.request(method, address, **request)

        answer = asyncio.run_coroutine_threadsafe(once(), the_loop()).result(timeout=60)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    def open(self, address: str, **headers: str) -> httpx.Response:
        """A page, with the redirects within the site followed."""
        answer = self.ask("GET", address, headers={"Accept": "text/html", **headers})
        return self._followed(answer)

    def send(self, address: str, **said: str) -> httpx.Response:
        """The form on the page in hand that goes to `address`; redirects within the site are followed."""
        return self._followed(self.post(address, **said))

    def post(self, address: str, *, origin: str | None = HERE, **said: str) -> httpx.Response:
        """The same without following; what is `said` counts more than what the form says."""
        action, hidden = self._form(address)
        headers = {"Accept": "text/html", **({"Origin": origin} if origin else {})}
        return self.ask("POST", action, data={**hidden, **said}, headers=headers)

    def form(self, address: str) -> dict[str, str]:
        """The hidden fields of the form that goes to `address`."""
        return self._form(address)[1]

    def _form(self, address: str) -> tuple[str, dict[str, str]]:
        """The whole address of the form on the page in hand that goes there, and its hidden fields."""
        page = self.page.text if self.page is not None else ""
        for action, body in re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page, re.DOTALL):
            if urlsplit(html.unescape(action)).path == urlsplit(address).path:
                return html.unescape(action), _hidden(body)
        return address, {}

    def _followed(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect and answer.headers["location"].startswith("/"):
            answer = self.ask("GET", answer.headers["location"], headers={"Accept": "text/html"})
        if "text/html" in answer.headers.get("content-type", ""):
            self.page = answer
        return answer


def _hidden(body: str) -> dict[str, str]:
    found = {}
    for tag in HIDDEN.findall(body):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        found[said["name"]] = html.unescape(said.get("value", ""))
    return found


class DutyIsToken:
    """Whoever comes with `duty@tenant` as a token holds that duty there; all other tokens are looked up."""

    def __init__(self, real: Directory) -> None:
        self._real = real
        self.tenants = EveryPlace()

    def was_found(self, token: str) -> bool:
        return self._real.was_found(token)

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        duty, at, tenant = token.partition("@")
        if not at:
            return self._real.remembered(token)
        actor = Actor.model_validate({"id": f"the-{duty}", "roles": ["platform"], "duties": [duty]})
        return True, Principal(tenant, actor)

    def principal(self, token: str) -> Principal | None:
        return self._real.principal(token)


class DoorOfTests:
    """One gateway: its people, its hashes, and a way to give somebody an account."""

    def __init__(
        self,
        make_frame: Callable[..., Frame],
        clock: Clock | None = None,
        *,
        hashes: CountedHashes | None = None,
        settings: SignInSettings | None = None,
        frame: Frame | None = None,
        people: FakePeople | None = None,
    ) -> None:
        self.frame = frame or make_frame("gateway", clock=clock)
        self.people = people or FakePeople()
        self.hashes = hashes or CountedHashes()
        self.signing_in = SigningIn(
            self.frame,
            settings or SignInSettings(rates=RateLimits()),
            self.people,
            self.hashes,
            Connections(HERE_ALONE),
        )
        self.app = create_app(self.frame, Bus("amqp://nowhere"), TOKEN, sign_in=self.signing_in)
        self.app.state.directory = DutyIsToken(self.app.state.directory)
        self._keys = 0

    def browser(self, address: str = "203.0.113.7") -> Browser:
        return Browser(self.app, address)

    def api(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """The JSON API as the platform's operator."""
        self._keys += 1
        given = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": f"key-{self._keys:06d}", **headers}
        return Browser(self.app).ask(method, f"/api/v1{path}", json=body, headers=given)

    def invite(self, person: str, login: str, *capacities: Capacity) -> str:
        """The link of a new account for this person; the account's id is kept under the login."""
        self.people.names.setdefault(person, f"{person} 先生")
        self.people.acting.setdefault(person, []).extend(capacities)
        answer = self.api("POST", "/accounts", {"person_id": person, "login": login})
        assert answer.status_code == 201, answer.text
        path: str = answer.json()["path"]
        return path

    def account(self, login: str) -> dict[str, Any]:
        accounts = self.api("GET", "/accounts").json()["items"]
        found: dict[str, Any] = next(each for each in accounts if each["login"] == login)
        return found

    def person(self, login: str, *capacities: Capacity, second_factor: bool = False) -> Person:
        """Somebody with an account that is set up."""
        path = self.invite(f"person-{login}", login, *(capacities or (capacity("初审"),)))
        return set_up(self, path, login, second_factor=second_factor)

    def events(self, **filters: Any) -> list[dict[str, Any]]:
        """Security events of all tenants, the newest first."""
        with self.frame.reader(["platform", "zhanggong", "xingguo"]) as reader:
            rows = reader.execute("SELECT * FROM security_event ORDER BY at DESC, id DESC").mappings().all()
        return [dict(row) for row in rows if all(row[name] == value for name, value in filters.items())]

    def now(self) -> float:
        return self.frame.clock.now().timestamp()


@dataclass
class Person:
    """Somebody with an account: what they know and have."""

    door: DoorOfTests
    login: str
    secret: str | None = None
    recovery_codes: tuple[str, ...] = ()
    password: str = PASSWORD

    @property
    def id(self) -> str:
        return f"person-{self.login}"

    def code(self, *, steps: int = 0) -> str:
        """What the telephone shows now, or `steps` steps of 30 s later."""
        assert self.secret is not None
        return pyotp.TOTP(self.secret).generate_otp(int(self.door.now()) // 30 + steps)

    def begins(self, browser: Browser, next: str = "") -> httpx.Response:
        """Login and password."""
        browser.open(f"/sign-in?next={next}" if next else "/sign-in")
        return browser.send("/sign-in", login=self.login, password=self.password)

    def signs_in(self, browser: Browser | None = None, next: str = "", *, steps: int = 1) -> Browser:
        """All the way in: password, code, notice."""
        browser = browser or self.door.browser()
        answer = self.begins(browser, next)
        if "/sign-in/code" in str(answer.url):
            answer = browser.send("/sign-in/code", code=self.code(steps=steps))
        if "/sign-in/notice" in str(answer.url):
            browser.send("/sign-in/notice", accepted="true")
        return browser


def set_up(door: DoorOfTests, path: str, login: str, *, second_factor: bool = False) -> Person:
    """Uses an invitation."""
    browser = door.browser()
    page = browser.open(path)
    assert page.status_code == 200, page.text
    secret = offered_secret_of(page.text)
    person = Person(door, login, secret if second_factor else None)
    said = {"password": PASSWORD, "repeated_password": PASSWORD, "code": person.code() if second_factor else ""}
    done = browser.send(path, **said)
    assert done.status_code == 200, done.text
    person.recovery_codes = tuple(re.findall(r"<code>([0-9A-Z-]{19})</code>", done.text))
    return person


def offered_secret_of(page: str) -> str:
    """The secret of the second factor as the page shows it to whoever cannot scan the picture."""
    found = re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", page)
    assert found is not None, page
    return found[1].replace(" ", "")


def signed_in(browser: Browser) -> bool:
    """Whether the browser's session opens pages."""
    return "退出登录" in browser.ask("GET", "/", headers={"Accept": "text/html"}).text
