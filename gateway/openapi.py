"""The OpenAPI 3.1 document: FastAPI's own, and what only our routes say of themselves.

Roles come from the guards, all else from the routes' declarations (`gateway.routes`) and their contracts. What fields mean
and what examples are made of is written down beside (`gateway.document`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.message import Model, PagedQuery
from contracts.refusal import Reason
from gateway.access import access_table, routes_of
from gateway.document.examples import Examples, problem_example
from gateway.document.readable import heading, make_readable, never_null
from gateway.document.words import describe, operation_said, parameter_meaning
from gateway.forms import Form
from gateway.routes import JSON, DeclaredRoute, Json, RouteDeclaration

COMPONENT = "#/components/schemas/"


class ProblemDetails(Model):
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
    400: (
        "MalformedJson",
        "请求内容不是有效的 JSON，或地址中有不认识的参数。The body is not JSON, or the address says what the route does not know.",
    ),
    401: ("Unauthenticated", "未登录或凭证失效。No good bearer token."),
    403: ("Forbidden", "没有权限。This role may not."),
    404: ("NotFound", "没有找到。There is no such thing for this tenant and person."),
    408: ("RequestTimeout", "内容传输过慢。The body did not come in its time: nothing was done."),
    409: ("Conflict", "当前状态不允许，或同一请求正在处理。The state of things does not allow it."),
    412: ("StaleVersion", "已被他人更新。Somebody else changed it first: read it again."),
    413: ("BodyTooLarge", "请求内容过大。More bytes than are allowed."),
    414: ("AddressTooLong", "地址过长。A longer address than is read."),
    415: ("UnsupportedMediaType", "请以 application/json 提交。The body is not declared as JSON."),
    422: ("Invalid", "内容有误，一次列出全部原因。All that must change, at once."),
    429: (
        "TooManyDownloads",
        "请求过于频繁，或同时传输的人较多。Too often, or too many transfers at once: come back after Retry-After seconds.",
    ),
    428: ("PreconditionRequired", "缺少 If-Match。The request does not say which version it is about."),
    500: ("Fault", "系统内部错误。Our fault; it has been recorded."),
    503: (
        "Unavailable",
        "系统繁忙。Nothing was done; try again after Retry-After seconds, an order with the same key.",
    ),
    504: (
        "OutcomeUnknown",
        "没有得到答复。An order may or may not have been done: repeat it with the same key. A question changed nothing.",
    ),
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
        "schema": {"type": "string", "pattern": r'^\s*(W/)?"?[0-9]+"?\s*$'},
    },
}
UNCHANGED: Json = {
    "description": "未变化，沿用已有的副本。It is what If-None-Match names.",
    "headers": {"ETag": {"schema": {"type": "string"}}},
}
STATE = {"ETag": {"description": "内容标识，供 If-None-Match 使用。For If-None-Match.", "schema": {"type": "string"}}}
ETAG = {"ETag": {"description": "版本号，供 If-Match 使用。For If-Match.", "schema": {"type": "string"}}}


class Described(FastAPI):
    """The application, which describes itself: worked out once and then kept."""

    def openapi(self) -> Json:
        if self.openapi_schema is None:
            self.openapi_schema = _complete(self, super().openapi())
        return self.openapi_schema


def _complete(app: FastAPI, document: Json) -> Json:
    access = access_table(app)
    routes = [route for _prefix, route in routes_of(app) if isinstance(route, DeclaredRoute)]
    schemas = _schemas({ProblemDetails, *(model for route in routes for model in _models(route.declared))})
    describe(schemas)
    make_readable(schemas)
    examples = Examples(schemas)
    for route in routes:
        declared = route.declared
        operation = document["paths"][route.path][declared.method.lower()]
        _describe(operation, route, access[(declared.method, route.path)], schemas, examples)
    responses = _problem_responses()
    used = _reached([document["paths"], responses], schemas)
    tags = dict(sorted(heading(route.tag) for route in routes))
    document["tags"] = [{"name": name, "description": zh} for name, zh in tags.items()]
    document["components"] = {
        "schemas": {name: schema for name, schema in schemas.items() if name in used},
        "parameters": PARAMETERS,
        "responses": responses,
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "凭证由平台发放。Issued by the platform."}
        },
    }
    return document


def _models(declared: RouteDeclaration) -> Iterator[type[BaseModel]]:
    yield declared.answer
    if declared.form is not None:
        yield declared.contract


def _schemas(models: set[type[BaseModel]]) -> Json:
    """Everything that the models refer to, and they themselves, by name.

    Answers are described as a receiver of any version must take them: a field with a default may be absent.
    """
    named = sorted(models, key=lambda model: model.__name__)
    _refs, definitions = models_json_schema(
        [(model, "validation") for model in named], ref_template=COMPONENT + "{model}"
    )
    plain: Json = definitions["$defs"]
    return plain


def _reached(parts: list[Any], schemas: Json) -> set[str]:
    """The names of all schemas that are referred to, by others too: a contract that no body is leaves none behind."""
    found: set[str] = set()
    todo = list(parts)
    while todo:
        here = todo.pop()
        if isinstance(here, dict):
            name = here.get("$ref")
            if isinstance(name, str) and name.startswith(COMPONENT) and name.removeprefix(COMPONENT) not in found:
                found.add(name.removeprefix(COMPONENT))
                todo.append(schemas[name.removeprefix(COMPONENT)])
            todo.extend(here.values())
        elif isinstance(here, list):
            todo.extend(here)
    return found


def _describe(operation: Json, route: DeclaredRoute, roles: frozenset[str], schemas: Json, examples: Examples) -> None:
    declared, contract = route.declared, route.declared.contract.__name__
    operation["operationId"] = declared.name
    operation["tags"] = [heading(route.tag)[0]]
    operation["description"] = operation_said(declared.name, operation.get("description", ""))
    # One requirement per role: any of them will do. None at all: anybody may call it.
    operation["security"] = [{"bearer": [role]} for role in sorted(roles)]
    asked = (("IdempotencyKey", declared.idempotent), ("IfMatch", declared.versioned))
    own = operation.get("parameters", ())
    for each in own:
        each["description"] = parameter_meaning(contract, each["name"])
        each["example"] = examples.of_field(contract, each["name"], each["schema"])
    parameters = [
        *own,
        *(_parameters(route.path, declared.form, schemas, examples) if declared.form is not None else ()),
        *({"$ref": f"#/components/parameters/{name}"} for name, needed in asked if needed),
    ]
    if parameters:
        operation["parameters"] = parameters
    if declared.form is not None and declared.form.in_body:
        name = f"{contract}Form"
        schemas[name] = _body(name, declared.form, schemas[contract])
        body = {"schema": {"$ref": COMPONENT + name}, "example": examples.of_form(schemas[name], contract)}
        operation["requestBody"] = {"required": True, "content": {JSON: body}}
    if declared.takes is not None:
        operation["requestBody"] = declared.takes
    operation["responses"] = _successes(declared, examples) | {
        str(status): {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}
        for status in sorted(_troubles(route, guarded=bool(roles)))
    }


def _parameters(path: str, form: Form[Any], schemas: Json, examples: Examples) -> Iterator[Json]:
    """What path and query say of the contract, which page last. What is optional in a query is left out, not null."""
    owner = form.contract.__name__
    contract = schemas[owner]
    for name in sorted(form.in_path, key=path.index):
        schema = never_null(contract["properties"][name])
        yield _parameter(name, "path", schema, examples.of_field(owner, name, schema), required=True)
    asked = {} if form.in_body else form.named
    for name, field in sorted(asked.items(), key=lambda each: each[1] in PagedQuery.model_fields):
        schema = dict(contract["properties"][field])
        if name != field:
            schema["title"] = name.replace("_", " ").title()
        if schema.get("default", ...) is None:
            del schema["default"]
        example = examples.of_field(owner, field, schema)
        yield _parameter(name, "query", schema, example, required=field in contract.get("required", ()))


def _parameter(name: str, place: str, schema: Json, example: Any, *, required: bool) -> Json:
    """What is said of the field stands beside its schema, where readers look for it; an example only of what is said."""
    plain = {key: value for key, value in schema.items() if key != "description"}
    described = {"name": name, "in": place, "required": required, "description": schema.get("description", "")}
    return {**described, "schema": plain} | ({} if example is None else {"example": example})


def _body(name: str, form: Form[Any], contract: Json) -> Json:
    """What callers fill in: the contract's own fields, less what the path and the token say."""
    needed = [field for field in contract.get("required", ()) if field in form.named.values()]
    return {
        "title": name,
        "type": "object",
        "additionalProperties": False,
        "properties": {said: contract["properties"][field] for said, field in form.named.items()},
        **({"required": needed} if needed else {}),
    }


def _successes(declared: RouteDeclaration, examples: Examples) -> Json:
    """What is answered when all is well: the declared answer, or a file for those who take all of it home."""
    answer = declared.answer.__name__
    content: Json = {"schema": {"$ref": COMPONENT + answer}, "example": examples.of_answer(declared.name, answer)}
    if declared.media_type != JSON:
        content = {"schema": {"type": "string"}, "example": examples.of_file(declared.media_type)}
    success: Json = {"description": "完成 done", "content": {declared.media_type: content}}
    if declared.renewed:
        return {"200": {**success, "headers": STATE}, "304": UNCHANGED}
    if "version" in declared.answer.model_fields:
        success["headers"] = ETAG
    return {str(declared.status): success}


def _troubles(route: DeclaredRoute, *, guarded: bool) -> set[int]:
    """The statuses that may be answered instead of success."""
    declared, form = route.declared, route.declared.form
    filled_in = form is not None and form.in_body
    asked = route.dependant.query_params if form is None else form.named
    troubles = {400, 414, 429, 500, 503, 504}
    if guarded:
        troubles |= {401, 403}
    if filled_in:
        troubles |= {408, 413, 415}
    if declared.takes is not None:
        troubles |= {408, 413}
    if declared.idempotent:
        troubles |= {404, 409}
    if declared.versioned:
        troubles |= {412, 428}
    if "{" in route.path:
        troubles |= {404}
    if declared.idempotent or asked or "{" in route.path:
        troubles |= {422}
    return troubles


def _problem_responses() -> Json:
    schema = {"$ref": COMPONENT + ProblemDetails.__name__}
    return {
        name: {
            "description": sentence,
            "content": {"application/problem+json": {"schema": schema, "example": problem_example(status)}},
            **({"headers": HEADERS_OF_PROBLEM[status]} if status in HEADERS_OF_PROBLEM else {}),
        }
        for status, (name, sentence) in PROBLEMS.items()
    }
