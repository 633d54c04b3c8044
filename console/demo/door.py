"""The one way in: HTTP through the gateway, with patience for whatever is being killed and started again.

Every command carries an Idempotency-Key that follows from what it says, so that a retry after any fault, or
a second run, continues where the first one was and doubles nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

PATIENCE_S = 120.0
"""How long one call is tried; a cluster that is killed and started again is back well before. Faults (5xx)
are tried again like silence: the same key makes that harmless, and a process may have died in the middle of
it."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
Json = dict[str, Any]


ASK_AGAIN = frozenset({"command_in_progress", "matching_warming_up", "too_many_requests"})
"""Refusals that are no answer yet. One that rests on what others tell the gateway has waited for already."""


class NoAnswer(Exception):
    """The gateway did not come to an answer within `PATIENCE_S`."""


class RequestRefused(Exception):
    """A rule said no. `reasons` are the codes of everything that is wrong."""

    def __init__(self, status: int, code: str, detail: str, errors: list[Json]) -> None:
        # The headline is often the first reason's own sentence: what was said is not said again.
        said = dict.fromkeys([detail, *(str(each.get("message", "")) for each in errors)])
        super().__init__(f"{status} {code}：{'；'.join(filter(None, said))}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors

    @property
    def reasons(self) -> frozenset[str]:
        return frozenset(str(each["code"]) for each in self.errors) or frozenset({self.code})


class DemoDoor:
    """Calls to the gateway at `url`; may be used by several threads."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S) -> None:
        self._client = httpx.Client(
            base_url=f"{url}/api/v1",
            timeout=httpx.Timeout(15.0, connect=3.0),
            trust_env=False,
            limits=httpx.Limits(max_connections=32),
        )
        self._patience_s = patience_s

    def close(self) -> None:
        self._client.close()

    def order(
        self,
        path: str,
        *,
        token: str,
        key: str,
        body: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Json:
        """POST, once per `key` however often it takes.

        `version` is what was read (If-Match). Raises Refused, NoAnswer.
        """
        headers = {"Idempotency-Key": key}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._call("POST", path, token, headers, json=body)

    def ask(self, path: str, *, token: str, **parameters: str | int) -> Json:
        """GET. Raises Refused, NoAnswer."""
        return self._call("GET", path, token, {}, params=parameters)

    def everything(self, path: str, *, token: str, **parameters: str | int) -> list[Json]:
        """All pages of a list."""
        items: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.ask(path, token=token, limit=200, **parameters, **cursor)
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            cursor = {"cursor": page["next_cursor"]}

    def _call(self, method: str, path: str, token: str, headers: dict[str, str], **content: Any) -> Json:
        headers["Authorization"] = f"Bearer {token}"
        deadline = time.monotonic() + self._patience_s
        pause, last = FIRST_PAUSE_S, "no answer"
        while True:
            try:
                answer = self._client.request(method, path, headers=headers, **content)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if answer.is_success:
                    result: Json = answer.json()
                    return result
                problem = _problem(answer)
                last = f"{answer.status_code} {problem.get('code')}"
                if answer.status_code < 500 and problem.get("code") not in ASK_AGAIN:
                    raise RequestRefused(
                        answer.status_code,
                        str(problem.get("code")),
                        str(problem.get("detail", "")),
                        problem.get("errors") or [],
                    )
            if time.monotonic() > deadline:
                raise NoAnswer(f"{method} {path}: {last}")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def _problem(answer: httpx.Response) -> Json:
    try:
        problem = answer.json()
    except ValueError:
        return {"code": f"http_{answer.status_code}", "detail": answer.text[:200]}
    return problem if isinstance(problem, dict) else {}
