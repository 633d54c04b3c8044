"""What every program of the outside world has: a command line, health, refusals, faults on demand."""

# Annotations stay real types here: FastAPI reads the rule type of each program from one of them.

import argparse
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sandbox import misbehaviour
from sandbox.book import Book, Work
from sandbox.connection import DroppableProtocol, drop, hold
from sandbox.desk import Presented
from sandbox.misbehaviour import Fault

GRACE_SECONDS = 2  # an answer held back on purpose must not hold up the program's end


class ProgramRefusal(Exception):
    """A request that the program declines: HTTP status, stable code, a sentence for a person."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Counter(Protocol):
    """What stands behind a program's HTTP face: a book, its rules of misbehaviour, and reading and writing both."""

    @property
    def book(self) -> Book: ...

    @property
    def rule_kind(self) -> type[misbehaviour.Rule]: ...

    async def read(self, query: Work[Any]) -> Any: ...

    async def write(self, work: Work[Any]) -> Any: ...


def build_app(title: str, desk: Counter, *routers: APIRouter) -> FastAPI:
    """The program's HTTP face; it closes the desk's book when it ends."""

    @asynccontextmanager
    async def closing_the_book(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.book.close()

    app = FastAPI(title=title, lifespan=closing_the_book)
    app.add_exception_handler(ProgramRefusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_such_route)
    app.add_exception_handler(sqlite3.Error, _book_unavailable)
    for router in (*routers, _control_routes(desk), _health_routes(desk)):
        app.include_router(router)
    return app


async def answer(request: Request, presented: Presented[Any], respond: Callable[[], Response]) -> Response:
    """The response to what was presented, as late or as lost as the rules want it."""
    rule = presented.fault
    if rule is None:
        return respond()
    if rule.fault is Fault.HTTP_500:
        return _problem(500, "internal_error", "系统内部错误 / internal error, on demand")
    if rule.seconds is not None and rule.fault is not Fault.UNHEARD_THEN_DONE:
        await hold(request, rule.seconds)
    if rule.fault is Fault.ANSWER_LATE:
        return respond()
    return await drop(request)


def command_line(name: str, description: str) -> argparse.ArgumentParser:
    """The options of every program; it may add its own."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
    parser.add_argument("--port", type=int, required=True, help="监听端口 / port to listen on")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 / address, loopback by default")
    parser.add_argument("--book", type=Path, required=True, help="账本文件 / the book's file")
    return parser


def serve(app: FastAPI, options: argparse.Namespace) -> None:
    """Serve until a signal ends it; exits with 1 if the port cannot be had."""
    uvicorn.run(
        app,
        host=options.host,
        port=options.port,
        http=DroppableProtocol,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _control_routes(desk: Counter) -> APIRouter:
    router = APIRouter(prefix="/control/behaviour", tags=["control"])
    rule_kind = desk.rule_kind

    def rules(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        return [rule.as_answer() for rule in misbehaviour.standing(connection, rule_kind)]

    @router.get("")
    async def show_rules() -> list[dict[str, Any]]:
        return await desk.read(rules)

    @router.put("")
    async def replace_rules(wanted: list[rule_kind]) -> list[dict[str, Any]]:  # type: ignore[valid-type]
        await desk.write(lambda connection: misbehaviour.replace(connection, wanted))
        return await desk.read(rules)

    @router.delete("")
    async def remove_rules() -> list[dict[str, Any]]:
        await desk.write(lambda connection: misbehaviour.replace(connection, []))
        return []

    return router


def _health_routes(desk: Counter) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def health() -> dict[str, str]:
        await desk.read(lambda connection: connection.execute("SELECT 1").fetchone())
        if not desk.book.is_writable:
            raise ProgramRefusal(503, "book_unavailable", "账本不可写 / the book cannot be written")
        return {"status": "ok"}

    return router


def _problem(status: int, code: str, message: str, **more: Any) -> JSONResponse:
    return JSONResponse({"code": code, "message": message, **more}, status_code=status)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProgramRefusal)
    return _problem(error.status, error.code, error.message)


async def _invalid(_: Request, error: Exception) -> Response:
    """Every wrong field at once; the code is the first rule's own where it has one."""
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in e["loc"][1:]), "code": e["type"], "message": e["msg"]}
        for e in error.errors()
    ]
    own = (e["type"] for e in error.errors() if (e.get("ctx") or {}).get("own_code"))
    code = next(own, "invalid_request")
    return _problem(422, code, "请求内容不符合要求 / the request is not valid", fields=fields)


async def _no_such_route(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code, f"http_{error.status_code}", str(error.detail))


async def _book_unavailable(_: Request, error: Exception) -> Response:
    return _problem(503, "book_unavailable", f"账本暂不可用，请稍后查询 / ask again later: {error}")
