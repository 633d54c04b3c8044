"""What of a contract a caller fills in, and what path, headers and token say: put together and validated once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar, get_origin

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from contracts.message import Model
from contracts.refusal import Invalid
from gateway.door import Door, expected_version

T = TypeVar("T", bound=Model)
Wrong = dict[str, Any]
"""One thing that does not fit, as pydantic tells it."""

VERSION = "expected_version"
ENTERPRISE = "enterprise_id"
LISTS = (tuple, list, set, frozenset)


class ContractNotFilled(Exception):
    """A route's declaration does not account for every field of its contract, or for one that is not there."""


class Form(Generic[T]):
    """How one route comes by its contract.

    `named` are the fields that the body, or the address's query, says: by the name that callers know them by. The bus
    tolerates unknown fields; the door forbids them in a body, and in a query where the route is `closed`.
    """

    def __init__(
        self,
        contract: type[T],
        path: str,
        *,
        in_body: bool,
        versioned: bool = False,
        own_enterprise: bool = False,
        closed: bool = False,
        called: Mapping[str, str] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        called = called or {}
        self.contract = contract
        self.in_path = frozenset(re.findall(r"{(\w+)}", path))
        self.versioned = versioned
        self.own_enterprise = own_enterprise
        elsewhere = self.in_path | without | {*[VERSION] * versioned, *[ENTERPRISE] * own_enterprise}
        self.named = {called.get(field, field): field for field in contract.model_fields if field not in elsewhere}
        self.in_body = in_body and bool(self.named)
        self.closed = closed or self.in_body
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
        fields = {field: said[name] for name, field in self.named.items() if name in said}
        fields.update(request.path_params)
        if self.own_enterprise:
            fields[ENTERPRISE] = door.enterprise
        unversioned = await self._note_version(request, fields) if self.versioned else None
        wrong = [self._unknown(name) for name in said if name not in self.named] if self.closed else []
        try:
            filled = self.contract.model_validate(fields)
        except ValidationError as error:
            found = [self.placed(each) for each in error.errors(include_url=False)]
            wrong = [each for each in found if unversioned is None or each["loc"] != (VERSION,)] + wrong
            if wrong or unversioned is None:
                raise RequestValidationError(wrong) from None
            raise unversioned from None
        if wrong:
            raise RequestValidationError(wrong)
        if unversioned is not None:
            raise unversioned
        return filled

    async def said(self, request: Request) -> dict[str, Any]:
        """What the caller says, by the names of the callers."""
        return await _object_in(request) if self.in_body else self._query(request)

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
        if not self.named:
            return {}
        said = request.query_params
        return {name: said.getlist(name) if name in self.lists else said[name] for name in said}

    def _unknown(self, name: str) -> Wrong:
        place = "body" if self.in_body else "query"
        return {"type": "extra_forbidden", "loc": (place, name), "msg": "Extra inputs are not permitted"}

    def placed(self, error: Mapping[str, Any]) -> Wrong:
        """The error under the place and the name by which the caller knows the field."""
        field, rest = error["loc"][:1], error["loc"][1:]
        for name, of_contract in self.named.items():
            if field == (of_contract,):
                return {**error, "loc": ("body" if self.in_body else "query", name, *rest)}
        return {**error, "loc": ("path", *field, *rest)} if self.in_path.issuperset(field) else {**error}


async def _object_in(request: Request) -> dict[str, Any]:
    """The body's JSON object. Raises RequestValidationError for anything else."""
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else None
    except json.JSONDecodeError as error:
        wrong = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error"}
        raise RequestValidationError([wrong]) from None
    except (UnicodeDecodeError, RecursionError):
        raise HTTPException(400, "There was an error parsing the body") from None
    if isinstance(body, dict):
        return body
    kind = "missing" if body is None else "model_attributes_type"
    raise RequestValidationError([{"type": kind, "loc": ("body",), "msg": "An object is required"}])
