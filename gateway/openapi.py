"""The OpenAPI 3.1 document: FastAPI's own, and what only we know of our routes.

Nothing is written down per route. Roles come from the guards, answers from `contracts.answers`, and whether a
route calls for Idempotency-Key or If-Match from its code: it does when it gets to the function of `gateway.door`
that reads the header.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.answers import ANSWERS
from contracts.message import Command, Model, Query
from contracts.refusal import Reason
from gateway.access import access_table, routes_of
from gateway.door import expected_version, idempotency_key, unless_known
from gateway.open_data import revision_in

Json = dict[str, Any]
JSON = "application/json"
ASKED_FOR_CHANGES = {unless_known, revision_in}
"""Whoever gets to one of these answers 304 to those who have the newest already."""
Refs = dict[type[BaseModel], Json]


class Problem(Model):
    """What went wrong (RFC 9457). `errors` lists every reason at once; `trace_id` is what support asks for."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    trace_id: str | None
    errors: tuple[Reason, ...]


PROBLEMS = {
    400: ("MalformedJson", "请求内容不是有效的 JSON。The body is not JSON."),
    401: ("Unauthenticated", "未登录或凭证失效。No good bearer token."),
    403: ("Forbidden", "没有权限。This role may not."),
    404: ("NotFound", "没有找到。There is no such thing for this tenant and person."),
    409: ("Conflict", "当前状态不允许，或同一请求正在处理。The state of things does not allow it."),
    412: ("StaleVersion", "已被他人更新。Somebody else changed it first: read it again."),
    413: ("BodyTooLarge", "请求内容过大。More bytes than are allowed."),
    415: ("UnsupportedMediaType", "请以 application/json 提交。The body is not declared as JSON."),
    422: ("Invalid", "内容有误，一次列出全部原因。All that must change, at once."),
    429: (
        "TooManyDownloads",
        "同时下载的人较多。Too many downloads of everything at once: come back after Retry-After seconds.",
    ),
    428: ("PreconditionRequired", "缺少 If-Match。The request does not say which version it is about."),
    500: ("Fault", "系统内部错误。Our fault; it has been recorded."),
    503: ("Unavailable", "系统繁忙。Nothing was done; try again after Retry-After seconds, with the same key."),
    504: ("OutcomeUnknown", "结果未确认。It may or may not have been done: repeat it with the same key."),
}
HEADERS_OF_PROBLEM = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}},
    503: {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}},
}
PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "同一键重复提交，只执行一次，答复相同。The same key again is executed once and answered alike.",
        "schema": {"type": "string", "minLength": 8, "maxLength": 200},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "所依据的版本，取自 ETag。The version that was read, from its ETag.",
        "schema": {"type": "string", "pattern": r'^\s*(W/)?"?\d+"?\s*$'},
    },
}
UNCHANGED: Json = {
    "description": "未变化，沿用已有的副本。It is what If-None-Match names.",
    "headers": {"ETag": {"schema": {"type": "string"}}},
}
STATE = {"ETag": {"description": "内容标识，供 If-None-Match 使用。For If-None-Match.", "schema": {"type": "string"}}}
ETAG = {"ETag": {"description": "版本号，供 If-Match 使用。For If-Match.", "schema": {"type": "string"}}}


def install(app: FastAPI) -> None:
    """Make `app.openapi()` answer with the whole document, worked out once and then kept."""

    def whole() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(app, FastAPI.openapi(app))
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def reached(function: Callable[..., Any]) -> set[Any]:
    """Everything of module level that `function` names, and that the gateway's functions among it name in turn."""
    found: set[Any] = set()
    todo = [function]
    while todo:
        here = todo.pop()
        if isinstance(here, FunctionType) and here.__module__.startswith("gateway."):
            for name in _globals_named(here.__code__):
                named = here.__globals__.get(name)
                if isinstance(named, FunctionType | type) and named not in found:
                    found.add(named)
                    todo.append(named)
    return found


def _globals_named(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_named(constant)


def contract_of(route: APIRoute) -> type[Command] | type[Query]:
    """The one command or query that the route passes on."""
    (contract,) = (each for each in reached(route.endpoint) if each in ANSWERS)
    return cast("type[Command] | type[Query]", contract)


def answer_of(route: APIRoute) -> type[Model]:
    """What the route answers with: what its one command or query is answered with, unless it composes."""
    return getattr(route.endpoint, "__zhida_answer__", None) or ANSWERS[contract_of(route)]


def _complete(app: FastAPI, document: Json) -> Json:
    access = access_table(app)
    routes = [(prefix + route.path, route) for prefix, route in routes_of(app) if route.include_in_schema]
    models: set[type[BaseModel]] = {
        Problem,
        *(model for _path, route in routes for model in (answer_of(route), *_forms(route))),
    }
    refs, schemas = _schemas(models)
    parameters: Json = {}
    for path, route in routes:
        for method in route.methods or ():
            operation = document["paths"][path][method.lower()]
            parameters |= _named_by_parameters(operation, document)
            _describe(operation, route, access[(method, path)], refs)
    document["components"] = {
        "schemas": parameters | schemas,
        "parameters": PARAMETERS,
        "responses": _problem_responses(refs[Problem]),
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "凭证由平台发放。Issued by the platform."}
        },
    }
    return document


def _named_by_parameters(operation: Json, document: Json) -> Json:
    """The lists of values that the operation's parameters refer to, as FastAPI has described them."""
    items = (each["schema"].get("items", {}) for each in operation.get("parameters", ()))
    names = [item["$ref"].rpartition("/")[2] for item in items if "$ref" in item]
    return {name: document["components"]["schemas"][name] for name in names}


def _schemas(models: set[type[BaseModel]]) -> tuple[Refs, Json]:
    """A reference for each model, and everything that is referred to, by name.

    Answers are described as a receiver of any version must take them: a field with a default may be absent.
    """
    named = sorted(models, key=lambda model: model.__name__)
    refs, definitions = models_json_schema(
        [(model, "validation") for model in named], ref_template="#/components/schemas/{model}"
    )
    return {model: refs[(model, "validation")] for model in named}, definitions["$defs"]


def _describe(operation: Json, route: APIRoute, roles: frozenset[str], refs: Refs) -> None:
    calls = reached(route.endpoint)
    keyed, versioned = idempotency_key in calls, expected_version in calls
    operation["operationId"] = route.name
    # One requirement per role: any of them will do. None at all: anybody may call it.
    operation["security"] = [{"bearer": [role]} for role in sorted(roles)]
    headers = [name for name, asked in (("IdempotencyKey", keyed), ("IfMatch", versioned)) if asked]
    if headers:
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in headers)
    for form in _forms(route):
        operation["requestBody"]["content"]["application/json"]["schema"] = refs[form]
    operation["responses"] = _successes(route, calls, refs) | {
        str(status): {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}
        for status in sorted(_troubles(route, guarded=bool(roles), keyed=keyed, versioned=versioned))
    }


def _successes(route: APIRoute, calls: set[Any], refs: Refs) -> Json:
    """What is answered when all is well: the contract's answer, or a file for those who take all of it home."""
    answer = answer_of(route)
    media_type = _media_type(route)
    schema = refs[answer] if media_type == JSON else {"type": "string"}
    success: Json = {"description": "完成 done", "content": {media_type: {"schema": schema}}}
    if calls & ASKED_FOR_CHANGES:
        return {"200": {**success, "headers": STATE}, "304": UNCHANGED}
    if "version" in answer.model_fields:
        success["headers"] = ETAG
    return {str(route.status_code or 200): success}


def _media_type(route: APIRoute) -> str:
    return getattr(route.response_class, "media_type", None) or JSON


def _troubles(route: APIRoute, *, guarded: bool, keyed: bool, versioned: bool) -> set[int]:
    """The statuses that may be answered instead of success."""
    troubles = {500, 503, 504}
    if _media_type(route) != JSON:  # a file of everything
        troubles |= {429}
    if guarded:
        troubles |= {401, 403}
    if _forms(route):
        troubles |= {400, 413, 415}
    if route.openapi_extra and "requestBody" in route.openapi_extra:
        troubles |= {413}
    if keyed:
        troubles |= {404, 409}
    if versioned:
        troubles |= {412, 428}
    if route.dependant.path_params:
        troubles |= {404}
    if keyed or _forms(route) or route.dependant.path_params or route.dependant.query_params:
        troubles |= {422}
    return troubles


def _forms(route: APIRoute) -> list[type[BaseModel]]:
    return [cast("type[BaseModel]", field.field_info.annotation) for field in route.dependant.body_params]


def _problem_responses(schema: Json) -> Json:
    return {
        name: {
            "description": words,
            "content": {"application/problem+json": {"schema": schema}},
            **({"headers": HEADERS_OF_PROBLEM[status]} if status in HEADERS_OF_PROBLEM else {}),
        }
        for status, (name, words) in PROBLEMS.items()
    }
