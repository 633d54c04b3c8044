"""The HTTP application: routers, guards, errors, and the connections it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from gateway import errors, openapi
from gateway.access import PUBLIC, access_table
from gateway.api import (
    applications,
    authoring,
    cases,
    drafts,
    enterprise_records,
    enterprises,
    entitlements,
    imports,
    item_imports,
    labels,
    money,
    open_data,
    operations,
    outside_figures,
    platform,
    policies,
    public_policies,
    tracking,
    uploads,
)
from gateway.bus import Bus
from gateway.identity.views import Directory
from gateway.limits import BodyLimits
from gateway.portal.tracking import pages
from gateway.readiness import Readiness
from gateway.tracing import Traced

AUDIENCES = (
    tracking,
    applications,
    platform,
    public_policies,
    open_data,
    policies,
    outside_figures,
    authoring,
    drafts,
    enterprises,
    imports,
    item_imports,
    enterprise_records,
    labels,
    entitlements,
    cases,
    money,
    uploads,
    operations,
)
"""Where routes overlap, the earlier module's is found first. They are tried one after the other: what is asked most
stands at the head (as the last of ninety, the tracking query spent a fifth of the gateway's time on being found)."""

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


def take_in(app: FastAPI, router: APIRouter, prefix: str = "") -> None:
    """Make the router's routes the application's own.

    A router that is included is searched at each request, several times (a quarter of what FastAPI itself takes
    for the tracking query); the application's own routes are in one list.
    """
    for route in router.routes:
        assert isinstance(route, APIRoute), f"{route} is no route that access_table can check"
        app.router.add_api_route(
            prefix + route.path,
            route.endpoint,
            methods=route.methods,
            status_code=route.status_code,
            tags=route.tags or router.tags,
            dependencies=route.dependencies,
            include_in_schema=route.include_in_schema and router.include_in_schema,
            response_class=route.response_class,
            openapi_extra=route.openapi_extra,
        )


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

    app = FastAPI(
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

    take_in(app, probes(Readiness(bus.ready, frame.database_answers)))
    for module in AUDIENCES:
        take_in(app, module.router, "/api/v1")
    take_in(app, pages.router)

    @app.get("/openapi.json", dependencies=[Depends(PUBLIC)], include_in_schema=False)
    async def openapi_document() -> dict[str, object]:
        return app.openapi()

    access_table(app)
    openapi.install(app)
    app.add_middleware(BodyLimits, streamed=frozenset({"/api/v1/uploads"}))
    app.add_middleware(Traced)
    return app
