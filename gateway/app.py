"""The HTTP application: routers, guards, errors, and the connections it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.frame import Frame
from gateway import errors, openapi
from gateway.access import PUBLIC, access_table
from gateway.api import applications, cases, enterprises, money, platform, policies, tracking
from gateway.bus import Bus
from gateway.identity.views import Directory
from gateway.limits import BodyLimits
from gateway.portal.tracking import pages

DESCRIPTION = """惠企政策直达：从政策条款到企业账户。

写操作请携带 `Idempotency-Key`；审核与资金操作请携带 `If-Match`（版本号取自 ETag）。
错误均为 RFC 9457 `application/problem+json`，一次列出全部原因。
"""

def probes(bus: Bus) -> APIRouter:
    """What an orchestrator asks: does the process answer, and may it be given work."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz", dependencies=[Depends(PUBLIC)])
    async def healthz() -> Response:
        """The process answers."""
        return Response("ok", media_type="text/plain")

    @router.get("/readyz", dependencies=[Depends(PUBLIC)])
    async def readyz() -> Response:
        """Ready when the bus is connected."""
        ready = bus.ready()
        return Response("ok" if ready else "bus not connected", 200 if ready else 503, media_type="text/plain")

    return router


def create_app(frame: Frame, bus: Bus, platform_token: str | None) -> FastAPI:
    """The application on a frame (its own database) and a bus. Raises RouteOpenByAccident."""

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
    )
    app.state.frame = frame
    app.state.bus = bus
    app.state.directory = Directory(frame, platform_token)
    errors.install(app)

    app.include_router(probes(bus))
    for module in (platform, policies, enterprises, applications, cases, money, tracking):
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(pages.router)

    @app.get("/openapi.json", dependencies=[Depends(PUBLIC)], include_in_schema=False)
    async def openapi_document() -> dict[str, object]:
        return app.openapi()

    access_table(app)
    openapi.install(app)
    app.add_middleware(BodyLimits)
    FastAPIInstrumentor.instrument_app(app, excluded_urls="healthz,readyz", exclude_spans=["receive", "send"])
    return app
