"""The gateway with its pages, whose bus, database and sessions are stood in for."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader
from refusal_answers import refusal_answers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import NOON
from chassis.time.calendar import Calendar
from chassis.time.clock import FixedClock
from contracts.identity import PLATFORM, SiteFooter
from contracts.message import Actor, snake_case
from gateway import errors
from gateway.headers import Headers
from gateway.identity.certificates.ports import CertificateReader
from gateway.identity.sessions.people_port import Capacity
from gateway.identity.sign_in.entrance import Visit
from gateway.identity.views import Principal
from gateway.limits import BodyLimits
from gateway.portal.shell.pages import Pages
from gateway.portal.shell.portal import PLACE, Portal
from gateway.portal.shell.problem_page import problem_page
from gateway.portal.shell.serving import serve_pages
from gateway.portal.shell.site import Site
from gateway.public_address import PublicAddress
from gateway.signing_in import PLACE as WAY_IN
from gateway.signing_in import SigningIn, SignInSettings

FOOTER = SiteFooter(
    organiser="赣州市章贡区人民政府办公室",
    site_code="3607020001",
    icp_number="赣ICP备00000000号",
    police_number="赣公网安备 36070200000000号",
    discipline_phone="0797-12388",
    address="赣州市章贡区",
)
"""A foot with every line, and no number that is anybody's."""

CALENDAR = Calendar.from_chinesecalendar((2026,))
CSRF = "csrf-of-the-session"
COOKIE = "who"


USUAL: dict[str, Any] = {
    **refusal_answers(),
    "get_application_draft": {"draft": None},
    "save_application_draft": {
        "draft_id": "draft-1",
        "enterprise_id": "ent-1",
        "item_id": "item-1",
        "item_version": 1,
        "newest_version": 1,
        "item_title": "示例事项",
        **dict.fromkeys(("begun_at", "saved_at", "kept_until"), "2026-03-10T04:00:00Z"),
        "begun_by": "owner",
    },
    "list_application_drafts": {"items": []},
    "list_case_notices": {"items": []},
    "list_own_notices": {"items": []},
    "count_my_tasks": {"given": 0, "overdue": 0, "as_stand_in": 0},
}
"""What is answered where a test does not say it."""


class Bus:
    """Answers each message as it is told to, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = dict(answers or {})
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def call(self, _service: str, method: str, payload: dict[str, Any], **_: object) -> dict[str, Any]:
        return self.answer(method, payload)

    def answer(self, method: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What `answers` says to this message: a body, a refusal or fault, an exception, or a function of the body."""
        self.asked.append((method, payload))
        answer = self.answers[method] if method in self.answers else USUAL[method]
        if callable(answer):
            answer = answer(payload["body"])
        if isinstance(answer, Exception):
            raise answer
        # How far long work is says how many lines were `refused`.
        return answer if isinstance(answer.get("refused"), dict) or "fault" in answer else {"ok": answer}


class Registers:
    """The gateway's own registers, stood in for in the same way: the bus answers for them, at noon of a working day."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.clock = FixedClock(NOON)
        self.calendars = SimpleNamespace(of=lambda _tenant: CALENDAR)
        self.cipher = AesCipher.from_key(base64.b64encode(bytes(32)).decode())

    @contextmanager
    def reader(self, _tenants: Sequence[str]) -> Iterator[Rows]:
        """What is read by a statement and not by a contract: the bus's answers under `rows of <table>`."""
        yield Rows(self._bus.answers, self.clock)

    @contextmanager
    def unit(self, _tenants: Sequence[str], **_what: object) -> Iterator[Rows]:
        """Nothing is written, and nothing was there to be changed."""
        yield Rows({}, self.clock)

    def run_query(self, contract: type, _view: object, envelope: dict[str, Any]) -> dict[str, Any]:
        return self._answer(contract, envelope)

    def run_command(self, contract: type, _handle: object, envelope: dict[str, Any], **_: object) -> dict[str, Any]:
        return self._answer(contract, envelope)

    def _answer(self, contract: type, envelope: dict[str, Any]) -> dict[str, Any]:
        return asyncio.run(self._bus.call("gateway", snake_case(contract.__name__), envelope))


class Rows:
    """Rows of tables, stood in for; a table that nobody speaks of is empty."""

    def __init__(self, answers: Mapping[str, Any], clock: FixedClock) -> None:
        self._answers = answers
        self.now = clock.now()

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> FoundRows:
        named = re.search(r"FROM (\w+)", statement)
        rows = self._answers.get(f"rows of {named[1]}", []) if named else []
        return FoundRows(rows(values) if callable(rows) else rows)

    def of(self, _store: type) -> SimpleNamespace:
        return SimpleNamespace(add=lambda _row: None)


@dataclass
class FoundRows:
    """What a statement answers with, as far as the way in asks for it."""

    rows: Sequence[Mapping[str, Any]]
    plain: bool = False

    def mappings(self) -> FoundRows:
        return FoundRows(self.rows, plain=True)

    def all(self) -> list[Any]:
        return [row if self.plain else SimpleNamespace(**row) for row in self.rows]

    def first(self) -> Any:
        return next(iter(self.all()), None)

    def scalar(self) -> Any:
        return next((value for row in self.rows for value in row.values()), None)


class EveryPlace:
    """Tenants of all names; every receipt belongs to one of them."""

    def remembered(self) -> EveryPlace:
        return self

    def read(self, **_: float) -> EveryPlace:
        return self

    def called(self, name: str) -> str:
        return name

    def of_receipt(self, _receipt: str) -> str:
        return "zhanggong"


class PeopleOfSamples:
    """The people's room, stood in for: the bus answers for it under `capacities`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def name_of(self, _person_id: str) -> str:
        return "张三"

    def capacities(self, _person_id: str) -> Sequence[Capacity]:
        return tuple(self._bus.answers.get("capacities", ()))

    def person_by_resident_id(self, _resident_id: str) -> str | None:
        return None


class OneSite:
    """Every tenant has the same site."""

    async def of(self, _tenant: str | None) -> Site:
        return Site("赣州市章贡区", FOOTER)


@dataclass
class Somebody:
    """A session, as whoever signs people in would make it."""

    principal: Principal
    person_name: str = "张三"
    acting_for: str = "章贡区工业和信息化局 · 初审"
    csrf: str = CSRF
    unread: int = 3
    proved: bool = True

    @property
    def person_id(self) -> str:
        return self.principal.actor.id

    def fresh(self, _now: datetime) -> bool:
        """Whether the second factor was given just now."""
        return self.proved


def officer(*roles: str) -> Somebody:
    return Somebody(Principal("zhanggong", Actor(id="officer", roles=frozenset(roles), department="章贡区工信局")))


def administrator(duty: str, tenant: str = PLATFORM) -> Somebody:
    """One of the three administrators: the platform's, or those of a county."""
    actor = Actor(id=f"{duty}-1", roles=frozenset({"platform"}), duties=frozenset({duty}))
    return Somebody(Principal(tenant, actor), acting_for="平台运行单位", unread=0)


@dataclass
class SignedInAs:
    """ASGI middleware: the session is the one that the cookie names."""

    app: ASGIApp
    people: Mapping[str, Somebody]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookies = httpx.Headers(scope.get("headers", ())).get("cookie", "")
        said = dict(each.strip().partition("=")[::2] for each in cookies.split(";") if each)
        state = scope.setdefault("state", {})
        state["session"] = self.people.get(said.get(COOKIE, ""))
        state["visit"] = Visit(cookie=said.get(COOKIE))
        await self.app(scope, receive, send)


def little_portal(pages: Pages, templates: Mapping[str, str]) -> FastAPI:
    """An application with nothing but these pages on the frame; their templates are named from `/` on."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    portal = Portal(OneSite(), [pages])
    for environment in portal.environments.values():
        environment.loader = ChoiceLoader([DictLoader(dict(templates)), environment.loader or DictLoader({})])
    errors.install(app, problem_page)
    serve_pages(app, portal)
    app.add_middleware(BodyLimits, pages=problem_page)
    app.add_middleware(Headers)
    return app


class Visitor:
    """A browser without a script before an application; `people` are signed in by name."""

    def __init__(self, app: FastAPI, bus: Bus, people: Mapping[str, Somebody] | None = None) -> None:
        self.app = app
        self.bus = bus
        app.state.bus = bus
        app.state.frame = Registers(bus)
        settings = SignInSettings(
            address=PublicAddress("https://hq.example.gov.cn"), certificates={"ukey": cast(CertificateReader, object())}
        )
        setattr(app.state, WAY_IN, SigningIn(app.state.frame, settings, PeopleOfSamples(bus)))
        app.state.directory = SimpleNamespace(tenants=EveryPlace(), has_platform_token=True)
        app.state.readiness = SimpleNamespace(missing=self._missing)
        self.missing: list[str] = []
        getattr(app.state, PLACE).sites = OneSite()
        # The innermost: whoever looks for sessions in a database has found none before.
        getattr(app.state, PLACE).unread = None  # the session says it
        # Inside of whatever looks sessions up.
        app.user_middleware.append(Middleware(SignedInAs, people=people or {}))

    async def _missing(self) -> list[str]:
        return self.missing

    def send(self, method: str, address: str, who: str | None = None, **request: Any) -> httpx.Response:
        """One request; redirects are not followed."""

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            cookies = {COOKIE: who} if who else {}
            async with httpx.AsyncClient(transport=transport, base_url="http://door", cookies=cookies) as client:
                return await client.request(method, address, **request)

        return asyncio.run(once())

    def get(self, address: str, who: str | None = None, **headers: str) -> httpx.Response:
        return self.send("GET", address, who, headers={"Accept": "text/html", **headers})

    def post(
        self, address: str, said: Mapping[str, Any], who: str | None = None, *, origin: str | None = "http://door"
    ) -> httpx.Response:
        """A form as a page of ours would send it; what `said` says of the frame's own fields counts."""
        headers = {"Accept": "text/html", **({"Origin": origin} if origin else {})}
        body = {"csrf": CSRF, "_key": "0123456789abcdef", **said}
        return self.send("POST", address, who, data=body, headers=headers)
