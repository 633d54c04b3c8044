"""A token that was revoked, has ended or was exchanged opens no route at all, on a real database of the gateway's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from door_kit import door_with, operations, registers, request_for
from hostile import Behind, sent
from register_kit import NOON, Register

from chassis.edge.frame import Frame
from chassis.time.clock import FixedClock
from contracts.credentials import IssueCredential, RevokeCredential, RotateCredential
from gateway.identity.credentials import use_cases as credentials
from gateway.identity.credentials.tokens import new_token
from gateway.identity.views import Directory


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def register(service_frame: Callable[..., Frame], clock: FixedClock) -> Register:
    register = Register(service_frame("gateway", clock=clock))
    register.onboards("xingguo", "XG")
    return register


def issued(register: Register, token: str, days: int = 100) -> Any:
    said = {"tenant": "xingguo", "actor_id": "exchange", "name": "数据交换", "roles": ["partner"], "days": days}
    handle = partial(credentials.issue_credential, token=token)
    return register.does(IssueCredential.model_validate(said), handle, tenant="xingguo")["credential_id"]


def test_no_route_opens_to_a_token_that_was_revoked_has_ended_or_was_exchanged(
    register: Register, clock: FixedClock
) -> None:
    good, revoked, ended, exchanged, never = (new_token() for _ in range(5))
    issued(register, good)
    revoke = RevokeCredential(credential_id=issued(register, revoked), reason="疑似泄露")
    register.does(revoke, credentials.revoke_credential, tenant="xingguo")
    issued(register, ended, days=1)
    rotate = RotateCredential(credential_id=issued(register, exchanged), overlap_hours=1)
    register.does(rotate, partial(credentials.rotate_credential, token=new_token()), tenant="xingguo")
    clock.advance(timedelta(days=1))

    behind = Behind()
    app = door_with(behind, registers)
    app.state.directory = Directory(register.frame, None)
    document = app.openapi()
    statuses: dict[str, set[int]] = {}
    for name, token in {
        "revoked": revoked,
        "ended": ended,
        "exchanged": exchanged,
        "never": never,
        "good": good,
    }.items():
        requests = []
        for method, path, operation in operations(document):
            if operation["security"]:
                request = request_for(document, method, path, operation)
                headers = {**request["headers"], "Authorization": f"Bearer {token}"}
                requests.append({**request, "headers": headers})
        statuses[name] = {answer.status_code for _request, answer in sent(app, requests)}
        if name != "good":
            assert behind.envelopes == []
    assert statuses.pop("good") >= {200, 403}
    assert set(map(frozenset, statuses.values())) == {frozenset({401})}, statuses
