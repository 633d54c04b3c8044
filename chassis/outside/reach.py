"""Which addresses and ports may be called where the address was written by somebody else than the operator.

A name is no address: whoever owns it may answer *public* today and *ours* a moment later (DNS rebinding). So the
addresses that a name has are looked up once, all of them are judged here, and the connection goes to one that was.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chassis.foundation.settings import SettingMissing

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WEB_PORTS = frozenset({80, 443})
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is reached."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Public addresses and those of `inside`, at these ports; `ports=None`: whoever calls has judged the port."""

    inside: tuple[Network, ...] = ()
    ports: frozenset[int] | None = WEB_PORTS

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Reach:
        """`LINK_NETWORKS`: further networks (政务外网), e.g. `10.0.0.0/8`; `LINK_PORTS`: ports besides 80 and 443.

        Raises SettingMissing for what is neither.
        """
        try:
            networks = tuple(ipaddress.ip_network(each) for each in _listed(env.get("LINK_NETWORKS", "")))
            ports = frozenset(int(each) for each in _listed(env.get("LINK_PORTS", "")))
        except ValueError as error:
            raise SettingMissing(
                "LINK_NETWORKS 应为逗号分隔的网段（如 10.0.0.0/8），LINK_PORTS 应为逗号分隔的端口 (networks, ports)"
            ) from error
        return cls(networks, WEB_PORTS | ports)

    def allows(self, address: str, port: int) -> bool:
        """Whether a connection to this address may be made. Raises ValueError for what is no address."""
        if self.ports is not None and port not in self.ports:
            return False
        return all(_is_public(each) or any(each in network for network in self.inside) for each in _reached(address))


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _reached(address: str) -> Sequence[Address]:
    """The address, or whatever is reached through it: an IPv4 address can be written inside an IPv6 one."""
    found = ipaddress.ip_address(address)
    return tuple(_inner(found)) if isinstance(found, ipaddress.IPv6Address) else (found,)


def _inner(address: ipaddress.IPv6Address) -> Iterator[Address]:
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in TRANSLATED:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo


def _listed(setting: str) -> Iterator[str]:
    return (each for part in setting.split(",") if (each := part.strip()))
