"""Where this house stands on the network: under which address people reach it, and where their requests come from.

`ZHIDA_PUBLIC_URL`: the address that stands in browsers, https. Without it people can sign in on this machine alone
(http on a loopback address, for the demo): a session cookie never travels where somebody may listen.
`GATEWAY_TRUSTED_PROXIES`: the networks of the proxies before the gateway, whose X-Forwarded-For is believed.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import Scope

from chassis.foundation.settings import SettingMissing

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_CHAIN = 20
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """From "10.0.0.0/8,192.168.1.1". Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def is_within(address: str, known: Iterable[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in known)


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """`url` is scheme and host (https://hq.example.gov.cn), or None where only this machine is served."""

    url: str | None = None
    proxies: tuple[Network, ...] = ()

    @staticmethod
    def from_env(environ: Mapping[str, str] = os.environ) -> PublicAddress:
        """Raises SettingMissing for an address that is no https address, or networks that are none."""
        url = environ.get("ZHIDA_PUBLIC_URL", "").rstrip("/") or None
        try:
            proxies = networks(environ.get("GATEWAY_TRUSTED_PROXIES", ""))
            parts = urlsplit(url or "https://nowhere")
        except ValueError as error:
            raise SettingMissing(f"GATEWAY_TRUSTED_PROXIES 或 ZHIDA_PUBLIC_URL 有误 (not usable): {error}") from error
        if parts.scheme != "https" or not parts.hostname or parts.path or parts.query:
            raise SettingMissing("ZHIDA_PUBLIC_URL 应为 https://主机名，不带路径 (must be https, without a path)")
        return PublicAddress(url, proxies)

    @property
    def secure(self) -> bool:
        """Whether cookies travel over https alone."""
        return self.url is not None

    def origin(self, request: Request) -> str | None:
        """The origin that the person's browser shows; None where nobody may sign in over this connection."""
        if self.url is not None:
            return self.url
        host = request.headers.get("host", "").lower()
        name = host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
        return f"http://{host}" if name in LOOPBACK_HOSTS else None

    def client(self, scope: Scope) -> str | None:
        """The address of whoever asks: the last one that none of our own proxies has."""
        peer = scope.get("client")
        here: str | None = peer[0] if peer else None
        if here is None or not self.proxies or not is_within(here, self.proxies):
            return here
        said = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
        for address in reversed(said.split(",")[-LONGEST_CHAIN:]):
            plain = _plain(address)
            if plain is None:
                break  # whoever wrote that is nobody to believe further
            here = plain
            if not is_within(plain, self.proxies):
                break
        return here


def _plain(address: str) -> str | None:
    """`1.2.3.4:567` and `[::1]:567` without the port; None for what is no address."""
    text = address.strip().removeprefix("[")
    text = text.partition("]")[0] if "]" in text else text
    text = text.partition(":")[0] if text.count(":") == 1 else text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def counted_as(address: str) -> str:
    """What failures and requests are counted by: one address, of IPv6 the /64 that one household or office has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
