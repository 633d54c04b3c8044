"""Who is in the local cluster: the command line, environment and probe of each process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from console.cluster.crew import Member
from console.machine.ports import LOOPBACK, Ports
from console.place import CHECKOUT, GATEWAY, database_names
from console.servers.credentials import Credentials
from console.servers.provision import Dsns
from contracts.keys import variable

OUTSIDE_WORLD = (
    "bank",
    "sms",
    "data_exchange",
    "department_system",
    "seal_office",
)  # sandbox/: separate programs with books of their own
EXCHANGE = "data_exchange"
DEPARTMENT = "department_system"
SEALS = "seal_office"
GATEWAY_FIGURES = "gateway-metrics"
"""The name of the port at which the gateway tells its metrics: not at its door, where everybody may ask."""
GATEWAY_PORT = 8700  # preferred, so that the URL stays the same from one machine to the next

# Whoever calls us may have these set for other purposes; each process gets its own or none.
NOT_INHERITED = (
    "DATABASE_URL",
    "FRAME_DATABASE_URL",
    "OWNER_DATABASE_URL",
    "AMQP_URL",
    "HEALTH_PORT",
    "OBJECTS_URL",
    "AMQP_CA_FILE",
    "DATA_EXCHANGE_SECRET",
    "DEPARTMENT_SYSTEM_SECRET",
    "SEAL_OFFICE_SECRET",
    "ZHIDA_DATA_KEY",
)
KEY = variable("")


def process_names(checkout: Path = CHECKOUT) -> list[str]:
    return [*OUTSIDE_WORLD, *database_names(checkout)]


def members(
    home: Path, dsns: Mapping[str, Dsns], amqp_urls: Mapping[str, str], environ: Mapping[str, str] = os.environ
) -> list[Member]:
    """Every process whose ports are known, in the order in which to start them.

    `dsns` and `amqp_urls` (each its own user) by service. The ports must have been claimed under the processes' names.
    """
    ports = Ports(home)
    shared = _shared(home, ports, environ)
    crew = []
    for name in process_names():
        port = ports.known(name)
        if port is None:
            continue
        if name in OUTSIDE_WORLD:
            book = home / "books" / f"{name}.sqlite"
            argv = ["-m", f"sandbox.{name}", "--port", str(port), "--book", str(book)]
            crew.append(_member(name, argv, {**shared, **_signs_with(home, name)}, port, "healthz"))
        elif name == GATEWAY:
            figures = ports.known(GATEWAY_FIGURES)
            own = _own(home, name, dsns[name], amqp_urls[name]) | _at_the_door(home, port, figures, environ)
            crew.append(_member(name, ["-m", "gateway"], {**shared, **own}, port, "readyz", figures))
        else:
            own = _own(home, name, dsns[name], amqp_urls[name])
            own |= {"HEALTH_HOST": LOOPBACK, "HEALTH_PORT": str(port)}
            if name == "catalog":
                own["DATA_EXCHANGE_SECRET"] = exchange_secret(home)
            if name == "review":
                own |= _to_departments_systems(ports, environ) | _signs_with(home, SEALS)
            argv = ["-m", "chassis.edge.runner", name]
            crew.append(_member(name, argv, {**shared, **own}, port, "readyz", figures=port))
    return crew


def platform_token(home: Path) -> str:
    """The token of the platform's operator, who onboards tenants and gives everybody else theirs."""
    return Credentials(home).secret("platform_token")


def exchange_secret(home: Path) -> str:
    """What the data exchange signs its feeds with, and the catalogue checks them by."""
    return Credentials(home).secret("data_exchange_secret")


def department_secret(home: Path) -> str:
    """What the sandbox's department system signs with, and is registered with (docs/department-systems.md)."""
    return Credentials(home).secret("department_system_secret")


def seal_secret(home: Path) -> str:
    """What review and the sandbox's seal office sign with to one another (docs/papers.md)."""
    return Credentials(home).secret("seal_office_secret")


def without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what would lead a process to somebody else's database or broker."""
    kept = {name: value for name, value in environ.items() if name not in NOT_INHERITED and not name.startswith(KEY)}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}


def _own(home: Path, service: str, dsns: Dsns, amqp_url: str) -> dict[str, str]:
    """What nobody else is told: its databases, its user on the broker, its keys."""
    return {**dsns.environment(), "AMQP_URL": amqp_url, **Credentials(home).keys(service)}


def _signs_with(home: Path, name: str) -> dict[str, str]:
    """The secret that a program of the outside world shares with us, if it does."""
    if name == EXCHANGE:
        return {"DATA_EXCHANGE_SECRET": exchange_secret(home)}
    if name == SEALS:
        return {"SEAL_OFFICE_SECRET": seal_secret(home)}
    return {"DEPARTMENT_SYSTEM_SECRET": department_secret(home)} if name == DEPARTMENT else {}


def _to_departments_systems(ports: Ports, environ: Mapping[str, str]) -> dict[str, str]:
    """The sandbox's stands on this machine, at a port of its own."""
    return {
        "LINK_NETWORKS": environ.get("LINK_NETWORKS", f"{LOOPBACK}/32,::1/128"),
        "LINK_PORTS": environ.get("LINK_PORTS", str(ports.known(DEPARTMENT) or "")),
    }


def _at_the_door(home: Path, port: int, figures: int | None, environ: Mapping[str, str]) -> dict[str, str]:
    return {
        "GATEWAY_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "HEALTH_HOST": LOOPBACK,
        "HEALTH_PORT": str(figures or 0),
        "ZHIDA_PLATFORM_TOKEN": platform_token(home),
        # Whoever comes comes from this machine: nobody is kept from the others' work but at sign-in.
        "RATE_LIMIT_EXEMPT": environ.get("RATE_LIMIT_EXEMPT", f"{LOOPBACK}/32"),
        "LINK_NETWORKS": environ.get("LINK_NETWORKS", f"{LOOPBACK}/32,::1/128"),  # the sandbox's identity provider
    }


def _shared(home: Path, ports: Ports, environ: Mapping[str, str]) -> dict[str, str]:
    return {
        **without_ours(environ),
        "ZHIDA_HOME": str(home),
        "OBJECTS_URL": f"file://{home / 'objects'}",
        **{f"{name.upper()}_URL": f"http://{LOOPBACK}:{ports.known(name)}" for name in OUTSIDE_WORLD},
    }


def _member(
    name: str, argv: list[str], env: Mapping[str, str], port: int, probe: str, figures: int | None = None
) -> Member:
    return Member(
        name,
        [sys.executable, *argv],
        env,
        f"http://{LOOPBACK}:{port}/{probe}",
        CHECKOUT,
        metrics=f"http://{LOOPBACK}:{figures}/metrics" if figures else "",
    )
