"""Looking whether an address still answers: the port to whatever departments link to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from chassis.outside.client import Limits, NotAllowed, OutsideClient, OutsideFault, Transport
from chassis.outside.reach import Reach

LIMITS = Limits(seconds=6.0, connect_seconds=2.0)
"""For all that it takes to look at one address: four of them are looked at under one lease."""

GONE = frozenset({404, 410})
"""Whoever answers like this says that there is nothing (any more); every other trouble may pass."""

NO_HEAD = frozenset({405, 501})


@dataclass(frozen=True, slots=True)
class LinkState:
    """How an address stands. *unknown*: nothing that can be relied on, in either direction."""

    state: Literal["ok", "broken", "unknown"]
    detail: str


class Links(Protocol):
    """Whoever looks. It does not raise for what the network or the other side does."""

    def look(self, address: str) -> LinkState:
        """How this http(s) address stands now."""


class LinkProbe:
    """Links over HTTP, within `reach`: an address that somebody entered must not become a way into our own network.
    Redirections are not followed; they are an answer.
    """

    def __init__(self, reach: Reach | None = None, transport: Transport | None = None, limits: Limits = LIMITS) -> None:
        self._client = OutsideClient(limits, reach=reach or Reach(), transport=transport)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> LinkProbe:
        """Raises SettingMissing for networks or ports that are none."""
        return cls(Reach.from_env(env))

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def look(self, address: str) -> LinkState:
        try:
            status = self._status(address)
        except NotAllowed:
            return LinkState("unknown", "不是公共网络的地址")
        except OutsideFault as error:
            return LinkState("unknown", f"未能访问（{type(error).__name__}）")
        if status in GONE:
            return LinkState("broken", f"网页不存在（HTTP {status}）")
        if status < 400:
            return LinkState("ok", f"HTTP {status}")
        return LinkState("unknown", f"HTTP {status}")

    def _status(self, address: str) -> int:
        until = self._client.deadline()
        status = self._client.status("HEAD", address, until=until)
        if status in NO_HEAD:
            status = self._client.status("GET", address, until=until)
        return status
