"""The HTTP application: routes, guards, errors, and the connections it holds."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from gateway import api, errors
from gateway.access import PUBLIC, access_table
from gateway.bus import Bus
from gateway.identity.views import Directory
from gateway.limits import BodyLimits
from gateway.openapi import Described
from gateway.portal.tracking import pages
from gateway.readiness import Readiness
from gateway.routes import DeclaredRoute, Routes
from gateway.tracing import Traced

FIRST = ("tracking", "applications")
"""Modules whose routes are asked most. Routes are tried one after the other: what is asked most stands at the head
(docs/performance.md)."""

DESCRIPTION = """惠企政策直达：从政策条款到企业账户。

写操作请携带 `Idempotency-Key`；审核与资金操作请携带 `If-Match`（版本号取自 ETag）。
错误均为 RFC 9457 `application/problem+json`，一次列出全部原因。
"""


def probes(readiness: Readiness) -> APIRouter:
    """What an orchestrator asks: does the process answer, and may it be given work."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz", dependencies=[Depends(PUBLIC)])
    async def healthz() -> Response:
        """The process answers."""
        return Response("ok", media_type="text/plain")

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


def create_app(frame: Frame, bus: Bus, platform_token: str | None, objects: Objects | None = None) -> FastAPI:
    """The application on a frame (its own database), a bus and an object store. Raises RouteOpenByAccident.

    Without a store it can be described, and takes no files.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(frame.start, (), ())
        await bus.start()
        yield
        await bus.close()
        await run_in_threadpool(frame.stop)

    app = Described(
        title="直达 Zhida",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.frame = frame
    app.state.bus = bus
    app.state.objects = objects
    app.state.directory = Directory(frame, platform_token)
    errors.install(app)

    routes = declared_routes("/api/v1")
    # Not by `include_router`: what lies in routers of its own is searched at each request, several times (docs/performance.md).
    probed = probes(Readiness(bus.ready, frame.database_answers))
    app.router.routes += [*probed.routes, *routes, *pages.router.routes]

    @app.get("/openapi.json", dependencies=[Depends(PUBLIC)], include_in_schema=False)
    async def openapi_document() -> dict[str, object]:
        return app.openapi()

    access_table(app)
    app.add_middleware(BodyLimits, streamed=frozenset(each.path for each in routes if each.declared.takes is not None))
    app.add_middleware(Traced)
    return app
