"""What of a contract a caller fills in, and what path, headers and token say: put together and validated once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar, get_origin

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from contracts.message import Model
from contracts.refusal import Invalid
from gateway.door import Door, expected_version
from gateway.strict import (
    Wrong,
    given_twice,
    json_in,
    readable,
    unfit_text,
    unfit_values,
    unfit_writing,
    unknown_parameter,
)

T = TypeVar("T", bound=Model)
VERSION = "expected_version"
ENTERPRISE = "enterprise_id"
LISTS = (tuple, list, set, frozenset)


def parameters_in(path: str) -> list[str]:
    """The names that a path leaves open."""
    return re.findall(r"{([A-Za-z0-9_]+)}", path)


class ContractNotFilled(Exception):
    """A route's declaration does not account for every field of its contract, or for one that is not there."""


class Form(Generic[T]):
    """How one route comes by its contract.

    `named` are the fields that the body, or the address's query, says: by the name that callers know them by. The bus
    tolerates unknown fields; the door forbids them, in a body at every level.
    """

    strict = True
    """Whether an unknown name in an address is refused. Pages ignore it: whoever shares a link adds some."""

    def __init__(
        self,
        contract: type[T],
        path: str,
        *,
        in_body: bool,
        versioned: bool = False,
        own_enterprise: bool = False,
        called: Mapping[str, str] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        called = called or {}
        self.contract = contract
        self.in_path = frozenset(parameters_in(path))
        self.versioned = versioned
        self.own_enterprise = own_enterprise
        elsewhere = self.in_path | without | {*[VERSION] * versioned, *[ENTERPRISE] * own_enterprise}
        self.named = {called.get(field, field): field for field in contract.model_fields if field not in elsewhere}
        self.orders = in_body
        self.in_body = in_body and bool(self.named)
        self.lists = {
            name for name, field in self.named.items() if get_origin(contract.model_fields[field].annotation) in LISTS
        }
        gaps = list(self._gaps(elsewhere | set(called), without))
        if gaps:
            raise ContractNotFilled(f"{contract.__name__} at {path}: {'; '.join(gaps)}")

    def _gaps(self, mentioned: frozenset[str], without: frozenset[str]) -> Iterator[str]:
        fields = self.contract.model_fields
        yield from (f"it has no field {name}" for name in sorted(mentioned - set(fields)))
        yield from (f"nobody says {name}" for name in sorted(without & set(fields)) if fields[name].is_required())
        if VERSION in self.named.values():
            yield f"nobody says {VERSION}, which If-Match says where a route is versioned"
        if self.own_enterprise and ENTERPRISE in self.in_path:
            yield f"both path and token say {ENTERPRISE}"

    async def read(self, door: Door) -> T:
        """The contract. Raises RequestValidationError with all that is wrong at once, and then 428 for no version."""
        request = door.request
        said = await self.said(request)
        wrong = [*self._beside(request, said), *unfit_text(said, ("body" if self.in_body else "query",))]
        fields = {field: said[name] for name, field in self.named.items() if name in said}
        # A page that is shown again after a form was refused is asked for under the form's longer path.
        fields.update(
            {name: value for name, value in request.path_params.items() if name in self.contract.model_fields}
        )
        if self.own_enterprise:
            fields[ENTERPRISE] = door.enterprise
        unversioned = await self._note_version(request, fields) if self.versioned else None
        filled: T | None = None
        try:
            filled = self.contract.model_validate(fields, extra="forbid")
        except ValidationError as error:
            misfits = [self.placed(each) for each in error.errors(include_url=False)]
            wrong = [each for each in misfits if unversioned is None or each["loc"] != (VERSION,)] + wrong
        else:
            unfit = (*unfit_values(filled), *unfit_writing(fields, filled))
            wrong = [self.placed(each) for each in unfit] + wrong
        if wrong:
            raise RequestValidationError(_once_each(wrong))
        if unversioned is not None:
            raise unversioned
        assert filled is not None, "what could not be filled in has something wrong with it"
        return filled

    async def said(self, request: Request) -> dict[str, Any]:
        """What the caller says, by the names of the callers."""
        return await _object_in(request, needed=self.in_body) if self.orders else self._query(request)

    async def version(self, request: Request) -> int:
        """The version that was read. Raises HTTPException 428 for none, and Invalid."""
        return expected_version(request)

    async def _note_version(self, request: Request, fields: dict[str, Any]) -> Exception | None:
        """Puts the version among the fields, or answers why there is none: that is told when all else is right."""
        try:
            fields[VERSION] = await self.version(request)
        except (HTTPException, Invalid) as error:
            return error
        return None

    def _query(self, request: Request) -> dict[str, Any]:
        said = request.query_params
        return {name: said.getlist(name) if name in self.lists else said[name] for name in said}

    def _beside(self, request: Request, said: Mapping[str, Any]) -> Iterator[Wrong]:
        """What is said besides the contract's fields, in the body and in the address."""
        if self.strict:
            yield from strange_parameters(request, [] if self.orders else list(self.named), self.lists)
        if self.orders:
            for name in said:
                if name not in self.named:
                    yield {"type": "extra_forbidden", "loc": ("body", name), "msg": "Extra inputs are not permitted"}

    def placed(self, error: Mapping[str, Any]) -> Wrong:
        """The error under the place and the name by which the caller knows the field."""
        field, rest = error["loc"][:1], error["loc"][1:]
        for name, of_contract in self.named.items():
            if field == (of_contract,):
                return {**error, "loc": ("body" if self.in_body else "query", name, *rest)}
        return {**error, "loc": ("path", *field, *rest)} if self.in_path.issuperset(field) else {**error}


def strange_parameters(request: Request, known: Collection[str], lists: Collection[str] = ()) -> Iterator[Wrong]:
    """What stands in the address that the route does not know, or more often than once where it has one value."""
    said = request.query_params
    for name in said:
        if name not in known:
            yield unknown_parameter(name, list(known))
        elif name not in lists and len(said.getlist(name)) > 1:
            yield given_twice(name)


def _once_each(wrong: list[Wrong]) -> list[Wrong]:
    """The same thing may be noticed while it is read and when it is validated. What is told of it can be written, whatever
    the names were that were sent."""
    placed = [{**each, "loc": tuple(map(readable, each["loc"]))} for each in wrong]
    return list({(each["type"], each["loc"]): each for each in placed}.values())


async def _object_in(request: Request, *, needed: bool) -> dict[str, Any]:
    """The body's JSON object; an empty one for no body where none is needed. Raises RequestValidationError."""
    body = json_in(await request.body())
    if isinstance(body, dict):
        return body
    if body is None and not needed:
        return {}
    kind = "missing" if body is None else "model_attributes_type"
    raise RequestValidationError([{"type": kind, "loc": ("body",), "msg": "An object is required"}])
