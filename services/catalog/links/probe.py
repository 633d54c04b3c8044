"""Looking whether an address still answers: the port to whatever departments link to."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import httpx

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 4.0

GONE = frozenset({404, 410})
"""Whoever answers like this says that there is nothing (any more); every other trouble may pass."""

NO_HEAD = frozenset({405, 501})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
    """Links over HTTP. Only public hosts are asked, and those of `inside`: an address that somebody entered must
    not become a way into our own network. Redirections are not followed; they are an answer.
    """

    def __init__(self, inside: tuple[Network, ...] = (), transport: httpx.BaseTransport | None = None) -> None:
        self._inside = inside
        self._client = httpx.Client(
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
            transport=transport,
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> LinkProbe:
        """`LINK_NETWORKS`: further networks that may be asked (政务外网), e.g. `10.0.0.0/8`. Raises ValueError."""
        named = (each.strip() for each in env.get("LINK_NETWORKS", "").split(","))
        return cls(tuple(ipaddress.ip_network(each) for each in named if each))

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def look(self, address: str) -> LinkState:
        try:
            host = httpx.URL(address).host
            if not self._may_be_asked(host):
                return LinkState("unknown", "不是公共网络的地址")
            status = self._status(address)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return LinkState("unknown", f"未能访问（{type(error).__name__}）")
        if status in GONE:
            return LinkState("broken", f"网页不存在（HTTP {status}）")
        if status < 400:
            return LinkState("ok", f"HTTP {status}")
        return LinkState("unknown", f"HTTP {status}")

    def _status(self, address: str) -> int:
        status = self._client.head(address).status_code
        if status in NO_HEAD:
            with self._client.stream("GET", address) as answer:
                status = answer.status_code
        return status

    def _may_be_asked(self, host: str) -> bool:
        """Every address of the host must be one that we may talk to. Raises OSError for an unknown host."""
        found = {ipaddress.ip_address(each[4][0]) for each in socket.getaddrinfo(host, None)}
        return bool(found) and all(
            address.is_global or any(address in network for network in self._inside) for address in found
        )
