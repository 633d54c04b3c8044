"""The identity provider's HTTP face: discovery, keys, the page where one is chosen, codes, tokens, userinfo."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import time
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote, urlencode

from fastapi import APIRouter, Body, FastAPI, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from sandbox.connection import drop, hold
from sandbox.identity_provider.register import Grant, Place, ProviderRule, Register
from sandbox.misbehaviour import Fault
from sandbox.program import ProgramRefusal, build_app

TOKEN_SECONDS = 300
Asked = Annotated[str, Query(max_length=2000)]


def provider_app(register: Register, issuer: str) -> FastAPI:
    """The provider's application over its register; `issuer` is its own address."""
    return build_app(
        "沙盒身份认证平台 / Sandbox identity provider",
        register,
        _public_routes(register, issuer),
        _token_routes(register, issuer),
        _register_routes(register),
    )


def _public_routes(register: Register, issuer: str) -> APIRouter:
    router = APIRouter(tags=["openid"])

    @router.get("/.well-known/openid-configuration")
    async def configuration(request: Request) -> Response:
        return await _unless_troubled(register, request, "discovery") or JSONResponse(_description(issuer))

    @router.get("/jwks")
    async def jwks(request: Request) -> Response:
        trouble = await _unless_troubled(register, request, "jwks")
        keys = [ECKey.import_key(each).as_dict(private=False) for each in await register.write(register.keys)]
        return trouble or JSONResponse({"keys": [{**each, "use": "sig", "alg": "ES256"} for each in keys]})

    @router.get("/authorize")
    async def authorize(
        request: Request,
        client_id: Asked,
        redirect_uri: Asked,
        response_type: Asked,
        state: Asked = "",
        nonce: Asked = "",
        code_challenge: Asked = "",
        code_challenge_method: Asked = "",
        chosen: Annotated[str, Query(alias="as")] = "",
    ) -> Response:
        """Whoever is chosen on the page (or by `as`) has signed in; `as=-` says no."""
        trouble = await _unless_troubled(register, request, "authorize")
        client = await register.read(partial(register.client, id=client_id))
        if client is None or redirect_uri != client["redirect_uri"] or response_type != "code":
            raise ProgramRefusal(400, "invalid_request", "客户端或回调地址未登记 / unknown client or redirect URI")
        if not code_challenge or code_challenge_method != "S256":
            raise ProgramRefusal(400, "invalid_request", "须使用 PKCE（S256） / PKCE with S256 is required")
        if trouble is not None:
            return trouble
        people = await register.read(register.people)
        if chosen not in {*people, "-"}:
            return HTMLResponse(_choice(request, people))
        answer = {"state": state, "iss": issuer}
        if chosen == "-":
            answer["error"] = "access_denied"
        else:
            give = partial(
                register.give_code, client=client_id, sub=chosen, nonce=nonce or None, challenge=code_challenge
            )
            answer["code"] = await register.write(give)
        return RedirectResponse(f"{redirect_uri}?{urlencode(answer)}", 303)

    return router


def _token_routes(register: Register, issuer: str) -> APIRouter:
    router = APIRouter(tags=["openid"])

    @router.post("/token")
    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        rule = await register.write(partial(register.fault, place="token"))
        trouble = await _trouble(request, rule)
        if trouble is not None:
            return trouble
        grant = await register.write(partial(register.take_code, code=form.get("code", "")))
        client = await register.read(partial(register.client, id=_client_of(request, form)))
        lie = rule.behaviour if rule is not None and rule.fault is Fault.FALSE_WORD else ""
        if client is None or (client["secret"] or "") != _secret_of(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        if grant is None or not _fits(grant, form, client["id"], again=lie == "take_code_again"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access = await register.write(partial(register.give_access, sub=grant.sub))
        key = (await register.write(register.keys))[0]
        if lie == "rotate_keys":
            key = await register.write(register.rotate)
        person = (await register.read(register.people))[grant.sub]
        signed = _id_token(issuer, grant, person, access, key, lie)
        return JSONResponse({"access_token": access, "token_type": "Bearer", "id_token": signed})

    @router.get("/userinfo")
    async def userinfo(request: Request) -> Response:
        rule = await register.write(partial(register.fault, place="userinfo"))
        trouble = await _trouble(request, rule)
        if trouble is not None:
            return trouble
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        sub = await register.read(partial(register.access, token=token))
        if sub is None:
            return JSONResponse({"error": "invalid_token"}, 401)
        person = (await register.read(register.people))[sub]
        lie = rule is not None and rule.behaviour == "other_person"
        return JSONResponse({**person, "sub": "somebody-else" if lie else sub})

    return router


def _register_routes(register: Register) -> APIRouter:
    router = APIRouter(prefix="/control", tags=["control"])

    @router.put("/people/{sub}")
    async def put_person(sub: Annotated[str, Path(max_length=255)], claims: Annotated[dict[str, Any], Body()]) -> None:
        """Somebody who may be chosen, with the claims that are said of them."""
        await register.write(partial(register.put_person, sub=sub, claims=claims))

    @router.put("/clients/{id}")
    async def put_client(id: str, client: Annotated[dict[str, str], Body()]) -> None:
        """Who may send people here: `secret` (none for a public client) and `redirect_uri`."""
        put = partial(register.put_client, id=id, secret=client.get("secret"), redirect_uri=client["redirect_uri"])
        await register.write(put)

    return router


async def _unless_troubled(register: Register, request: Request, place: Place) -> Response | None:
    return await _trouble(request, await register.write(partial(register.fault, place=place)))


async def _trouble(request: Request, rule: ProviderRule | None) -> Response | None:
    """What a rule makes of the answer; None when the answer is to be given, late or with false words in it."""
    if rule is None or rule.fault is Fault.FALSE_WORD:
        return None
    if rule.fault is Fault.HTTP_500:
        return JSONResponse({"error": "server_error"}, 500)
    if rule.seconds is not None:
        await hold(request, rule.seconds)
    return await drop(request) if rule.fault is Fault.TIMEOUT_BEFORE else None


def _description(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "authorization_response_iss_parameter_supported": True,
    }


def _choice(request: Request, people: dict[str, dict[str, Any]]) -> str:
    """The page where one says who one is."""
    links = "".join(
        f'<li><a href="{html.escape(str(request.url.include_query_params(**{"as": sub})))}">'
        f"{html.escape(str(claims.get('name', sub)))}</a></li>"
        for sub, claims in {**people, "-": {"name": "取消 / cancel"}}.items()
    )
    title = "沙盒身份认证平台"
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><ul>{links}</ul>'


def _client_of(request: Request, form: dict[str, str]) -> str:
    return unquote(_basic(request).partition(":")[0]) or form.get("client_id", "")


def _secret_of(request: Request, form: dict[str, str]) -> str:
    return unquote(_basic(request).partition(":")[2]) or form.get("client_secret", "")


def _basic(request: Request) -> str:
    said = request.headers.get("authorization", "").removeprefix("Basic ")
    try:
        return base64.b64decode(said).decode()
    except ValueError:
        return ""


def _fits(grant: Grant, form: dict[str, str], client: str, *, again: bool) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    fresh = (grant.taken == 0 and not grant.run_out) or again
    return fresh and grant.client == client and (grant.challenge == challenge or again)


def _part(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def _id_token(issuer: str, grant: Grant, person: dict[str, Any], access: str, key: dict[str, Any], lie: str) -> str:
    now = int(time.time())
    digest = hashlib.sha256(("another" if lie == "wrong_at_hash" else access).encode()).digest()
    claims = {
        **person,
        "iss": "https://elsewhere.example" if lie == "wrong_issuer" else issuer,
        "sub": grant.sub,
        "aud": "somebody-else" if lie == "wrong_audience" else grant.client,
        "iat": now - 3600 if lie == "expired" else now,
        "exp": now - 1800 if lie == "expired" else now + TOKEN_SECONDS,
        "auth_time": grant.auth_time,
        "nonce": "of-another-journey" if lie == "wrong_nonce" else grant.nonce,
        "at_hash": base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode(),
    }
    if lie == "alg_none":
        return ".".join([*map(_part, ({"alg": "none", "typ": "JWT"}, claims)), ""])
    if lie == "other_key":
        key = {**ECKey.generate_key("P-256").as_dict(private=True), "kid": key["kid"]}
    return jwt.encode({"alg": "ES256", "kid": key["kid"]}, claims, ECKey.import_key(key))
