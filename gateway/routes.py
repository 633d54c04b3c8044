"""Routes as declarations: what a route relays, beside its path. Who may call it says `gateway.permissions`.

    routes = Routes("审核 cases")

    @routes.order("/cases/{case_id}/approve", ApproveCase, versioned=True)
    async def approve_case(door: Door, command: ApproveCase) -> Response:
        \"\"\"Grant it (审核通过). If-Match: the version that was read.\"\"\"
        return await door.order(command)

The application takes in every module of `gateway.api`, and `gateway.openapi` describes what is declared here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from contracts.message import Command, Contract, Model, Query, answer_of
from gateway.access import Guard, Permitted
from gateway.door import Door
from gateway.forms import Form, parameters_in, strange_parameters
from gateway.kept_answers import unless_known
from gateway.strict import unfit_values

Json = dict[str, Any]
JSON = "application/json"

T = TypeVar("T", bound=Contract)
C = TypeVar("C", bound=Command)
Q = TypeVar("Q", bound=Query)
E = TypeVar("E", bound=Callable[..., Awaitable[Response]])
Handle = Callable[[Door, T], Awaitable[Response]]
"""What a route does with the contract that has been read for it."""


@dataclass(frozen=True, kw_only=True)
class RouteDeclaration:
    """All that a route says of itself.

    `function` is what was written, and names and explains the operation; `endpoint` is what FastAPI calls. Without a
    `form` they are the same, with parameters of their own, which FastAPI reads and describes. `answer` is what comes of
    it when all is well, as `media_type`; `takes` describes a body that is not a form. `renewed`: whoever has the newest
    state already is answered 304.
    """

    method: str
    path: str
    contract: type[Contract]
    function: Callable[..., Awaitable[Response]]
    endpoint: Callable[..., Awaitable[Response]]
    answer: type[Model]
    form: Form[Any] | None = None
    status: int = 200
    media_type: str = JSON
    renewed: bool = False
    takes: Json | None = None

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def idempotent(self) -> bool:
        """Whether it calls for Idempotency-Key: whatever changes something does."""
        return issubclass(self.contract, Command)

    @property
    def versioned(self) -> bool:
        """Whether it calls for If-Match."""
        return self.form is not None and self.form.versioned

    @property
    def precedence(self) -> list[bool]:
        """Sorts a path that says a word before one that takes any in its place."""
        return [part.startswith("{") for part in self.path.split("/")]


class DeclaredRoute(APIRoute):
    """A declaration under a prefix, as the application serves it."""

    def __init__(self, prefix: str, declared: RouteDeclaration, tag: str) -> None:
        self.declared, self.tag = declared, tag
        super().__init__(
            prefix + declared.path,
            declared.endpoint,
            methods=[declared.method],
            name=declared.name,
            description=inspect.getdoc(declared.function),
            status_code=declared.status,
            tags=[tag],
        )


class Routes:
    """The routes of one module of `gateway.api`, under one heading of the document."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.declared: list[RouteDeclaration] = []

    def order(
        self,
        path: str,
        contract: type[C],
        *,
        method: str = "POST",
        status: int = 200,
        versioned: bool = False,
        own_enterprise: bool = False,
        who: Guard | None = None,
    ) -> Callable[[Handle[C]], Handle[C]]:
        """A route that passes on a command; it is idempotent by its Idempotency-Key.

        `versioned`: If-Match says the version that was read. `own_enterprise`: the enterprise is the caller's own.
        `who`: another guard than the table's; tests have contracts that stand in none.
        """
        form = Form(contract, path, in_body=True, versioned=versioned, own_enterprise=own_enterprise)
        who = who or Permitted(contract, own_enterprise=own_enterprise)
        return self._declare(method, path, form, who, status=status, answers=None, cache=None)

    def ask(
        self,
        path: str,
        contract: type[Q],
        *,
        method: str = "GET",
        own_enterprise: bool = False,
        called: Mapping[str, str] | None = None,
        without: tuple[str, ...] = (),
        answers: type[Model] | None = None,
        cache: str | None = None,
        who: Guard | None = None,
    ) -> Callable[[Handle[Q]], Handle[Q]]:
        """A route that puts a question. With another method than GET the body asks, where an address is too short.

        `called`: field → what callers call it. `without`: fields that callers cannot say. `answers`: what the route puts
        together itself. `cache`: the answer has an ETag of what it says, and may be kept so (Cache-Control).
        """
        form = Form(
            contract,
            path,
            in_body=method != "GET",
            own_enterprise=own_enterprise,
            called=called,
            without=frozenset(without),
        )
        who = who or Permitted(contract, own_enterprise=own_enterprise)
        return self._declare(method, path, form, who, status=200, answers=answers, cache=cache)

    def special(
        self,
        method: str,
        path: str,
        contract: type[Contract],
        *,
        status: int = 200,
        media_type: str = JSON,
        renewed: bool = False,
        takes: Json | None = None,
    ) -> Callable[[E], E]:
        """A route with parameters of its own; one of them is its door, annotated with the guard."""

        def declare(endpoint: E) -> E:
            endpoint_read = _read_strictly(endpoint, path)
            self.declared.append(
                RouteDeclaration(
                    method=method,
                    path=path,
                    contract=contract,
                    function=endpoint,
                    endpoint=endpoint_read,
                    answer=answer_of(contract),
                    status=status,
                    media_type=media_type,
                    renewed=renewed,
                    takes=takes,
                )
            )
            return endpoint

        return declare

    def _declare(
        self,
        method: str,
        path: str,
        form: Form[T],
        who: Guard,
        *,
        status: int,
        answers: type[Model] | None,
        cache: str | None,
    ) -> Callable[[Handle[T]], Handle[T]]:
        def declare(handle: Handle[T]) -> Handle[T]:
            self.declared.append(
                RouteDeclaration(
                    method=method,
                    path=path,
                    contract=form.contract,
                    function=handle,
                    endpoint=_endpoint(handle, form, who, cache),
                    answer=answers or answer_of(form.contract),
                    form=form,
                    status=status,
                    renewed=cache is not None,
                )
            )
            return handle

        return declare


def _endpoint(handle: Handle[T], form: Form[T], who: Guard, cache: str | None) -> Callable[[Door], Awaitable[Response]]:
    guarded: Any = Depends(who)

    async def endpoint(door: Door = guarded) -> Response:
        response = await handle(door, await form.read(door))
        return response if cache is None else unless_known(door.request, response, cache)

    return endpoint


def _read_strictly(endpoint: E, path: str) -> E:
    """The endpoint, which is not called with parameters that it does not know or that nothing can be counted with."""
    known = set(inspect.signature(endpoint).parameters) - {"door"} - set(parameters_in(path))

    @wraps(endpoint)
    async def read(**given: Any) -> Response:
        door: Door = given["door"]
        values = {name: value for name, value in given.items() if name != "door"}
        wrong = [*strange_parameters(door.request, known), *unfit_values(values, ("query",))]
        if wrong:
            raise RequestValidationError(wrong)
        return await endpoint(**given)

    return cast("E", read)
