"""The HTTP application: routes, guards, errors, and the connections it holds."""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from contracts.message import TenantId
from gateway import api, errors, tus
from gateway.access import PUBLIC, access_table
from gateway.bus import Bus
from gateway.headers import Headers
from gateway.identity.people.port import RegisteredPeople
from gateway.identity.views import Directory
from gateway.left_overs import remove_left_overs
from gateway.limits import BodyLimits
from gateway.openapi import Described
from gateway.own_writes import OwnWritesCarried
from gateway.portal.shell.portal import Portal, declared_pages
from gateway.portal.shell.problem_page import problem_page
from gateway.portal.shell.serving import serve_pages
from gateway.portal.shell.site import Sites
from gateway.portal.shell.unread import UnreadCounts
from gateway.portal.sign_in import step_up
from gateway.readiness import Readiness
from gateway.routes import DeclaredRoute, Routes
from gateway.signing_in import SigningIn, SignInSettings, guard_requests
from gateway.signing_in import install as install_sign_in
from gateway.tracing import Traced

FIRST = ("tracking", "applications")
"""Modules whose routes are asked most. Routes are tried one after the other: what is asked most stands at the head
(docs/performance.md)."""

DESCRIPTION = """直达 Zhida，惠企政策直达：从政策条款到企业账户。

写操作请携带 `Idempotency-Key`；审核与资金操作请携带 `If-Match`（版本号取自 ETag）。
刚写入的内容由其他服务陆续同步：写操作答复的 `Zhida-After` 请在随后的请求中带回，即可读到自己的写入；仍未同步到的，答复带 `Zhida-Behind`。
错误均为 RFC 9457 `application/problem+json`，一次列出全部原因；`retryable` 为真的，按 `Retry-After` 用同一请求编号重试。
"""

BARE: dict[str, Any] = {
    "openapi_url": None,
    "docs_url": None,
    "redoc_url": None,
    "telemetry": {"tracing": False, "metrics": False, "logs": False},
}
"""Without what FastAPI would bring along: its pages of documentation, and a second set of spans."""


def ended_loops(frame: Frame, bus: Bus) -> list[str]:
    """What should run in this process and does no more."""
    return [*frame.ended_loops(), *bus.ended_loops()]


def probes(readiness: Readiness, ended: Callable[[], list[str]]) -> APIRouter:
    """What an orchestrator asks: does the process answer, and may it be given work."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz", dependencies=[Depends(PUBLIC)])
    async def healthz() -> Response:
        """The process answers, and everything that has to run in it does."""
        gone = ended()
        return Response("; ".join(gone) or "ok", 503 if gone else 200, media_type="text/plain")

    @router.get("/readyz", dependencies=[Depends(PUBLIC)])
    async def readyz() -> Response:
        """Ready when the database answers and the bus is connected."""
        missing = await readiness.missing()
        return Response("; ".join(missing) or "ok", 503 if missing else 200, media_type="text/plain")

    return router


def declared_routes(prefix: str) -> list[DeclaredRoute]:
    """The routes of every module of `gateway.api`, each before those that would take its requests for their own."""
    ranked = []
    for module in pkgutil.iter_modules(api.__path__):
        routes: Routes = import_module(f"{api.__name__}.{module.name}").routes
        rank = FIRST.index(module.name) if module.name in FIRST else len(FIRST)
        ranked += [(rank, declared.precedence, routes.tag, declared) for declared in routes.declared]
    ranked.sort(key=lambda each: each[:2])
    return [DeclaredRoute(prefix, declared, tag) for _rank, _precedence, tag, declared in ranked]


@asynccontextmanager
async def left_overs_removed(objects: Objects | None) -> AsyncIterator[None]:
    """Uploads that came to no end are removed while the block runs, if there is a store."""
    removing = asyncio.create_task(remove_left_overs(objects)) if objects is not None else None
    yield
    if removing is not None:
        removing.cancel()


def bound_bodies(app: FastAPI, pages: Portal, routes: Sequence[DeclaredRoute]) -> None:
    """No body is larger than its route takes; files pass by piece by piece."""
    streamed = frozenset(each.path for each in routes if each.declared.takes is not None)
    with_files = pages.paths_with_files()
    app.add_middleware(BodyLimits, streamed=streamed, pages=problem_page, with_files=with_files, in_parts=tus.ADDRESSES)


def create_app(
    frame: Frame,
    bus: Bus,
    platform_token: str | None,
    objects: Objects | None = None,
    site: TenantId | None = None,
    sign_in: SigningIn | SignInSettings | None = None,
) -> FastAPI:
    """The application on a frame (its own database), a bus and an object store. Raises RouteOpenByAccident.

    Without a store it can be described, and takes no files. `site`: whose site it is to those who are not signed in.
    `sign_in`: how people come in, or the settings for it.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(frame.start, (), ())
        await bus.start()
        pages.assets.say_what_is_missing()
        async with left_overs_removed(objects):
            yield
        signing_in.connections.close()
        await bus.close()
        await run_in_threadpool(frame.stop)

    app = Described(title="Zhida", version="1", description=DESCRIPTION, lifespan=lifespan, **BARE)
    app.state.frame, app.state.bus, app.state.objects = frame, bus, objects
    app.state.directory = Directory(frame, platform_token)
    signing_in = install_sign_in(app, frame, sign_in, RegisteredPeople(frame))
    errors.install(app, problem_page)
    pages = Portal(Sites(frame, site), declared_pages(), unread=UnreadCounts())

    routes = declared_routes("/api/v1")
    # Not by `include_router`: what lies in routers of its own is searched at each request, several times (docs/performance.md).
    app.state.readiness = Readiness(bus.ready, frame.database_answers)
    app.router.routes += [*probes(app.state.readiness, lambda: ended_loops(frame, bus)).routes, *routes, *tus.routes()]
    serve_pages(app, pages)
    step_up.install(app)

    @app.get("/openapi.json", dependencies=[Depends(PUBLIC)], include_in_schema=False)
    async def openapi_document() -> dict[str, object]:
        return app.openapi()

    access_table(app)
    bound_bodies(app, pages, routes)
    guard_requests(app, signing_in, problem_page)
    app.add_middleware(OwnWritesCarried, cipher=frame.cipher, secure=signing_in.settings.address.secure)
    app.add_middleware(Traced)
    app.add_middleware(Headers)
    return app
