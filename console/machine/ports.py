"""The TCP ports of one local installation: free when chosen, remembered afterwards, all on loopback.

A port that is free may be another home's all the same: its process is only just starting, or was killed and will
be back. What the homes of one account remember is therefore kept in one place, and nobody chooses another's.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from console.machine.locks import locked
from console.refusal import CommandRefusal

LOOPBACK = "127.0.0.1"
FIRST, LAST = 20_000, 31_999  # below the range that Linux gives to outgoing connections (32768 and up)


class Ports:
    """`<home>/ports.json`. A port is asked for by name, before the process that will listen on it starts."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / "ports.json"

    def known(self, name: str) -> int | None:
        """The port that `name` had last, or None."""
        return self._read().get(name)

    def claim(self, name: str, *, asked: int | None = None, preferred: int | None = None) -> int:
        """A port that is free now, remembered as `name`'s.

        `asked` (a person named it) is taken or refused, never replaced. Otherwise: the remembered port, then
        `preferred`, then any free one.
        """
        with locked(self._home / "ports.lock"), _reserved() as owners:
            ports = self._read()
            if asked is not None:
                if not is_free(asked):
                    raise port_in_use(name, asked)
                chosen = asked
            else:
                first = [port for port in (ports.get(name), preferred) if port is not None]
                others = set(ports.values()) - {ports.get(name)}
                others |= {port for port, home in owners.items() if home != str(self._home)}
                chosen = next(port for port in [*first, *self._range()] if port not in others and is_free(port))
            ports[name] = chosen
            fresh = self._file.with_suffix(".new")  # `known` reads without the lock: it must never see half a file
            fresh.write_text(json.dumps(ports, indent=1), encoding="utf-8")
            fresh.replace(self._file)
            owners[chosen] = str(self._home)
            return chosen

    def _read(self) -> dict[str, int]:
        return json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}

    def _range(self) -> list[int]:
        """All candidates, starting at a place of this home's own, so that two homes rarely meet."""
        start = FIRST + zlib.crc32(str(self._home).encode()) % (LAST - FIRST)
        return [*range(start, LAST + 1), *range(FIRST, start)]


@contextmanager
def _reserved() -> Iterator[dict[int, str]]:
    """Port → home, for all homes of this account that still remember it; what is added is kept."""
    folder = Path(tempfile.gettempdir()) / f"zhida-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.geteuid() or folder.is_symlink():
        yield {}  # somebody else's; what answers is looked at before it is relied on (see `listens`)
        return
    with locked(folder / "lock"):
        kept = folder / "owners.json"
        written = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        remembered = {home: set(Ports(Path(home))._read().values()) for home in set(written.values())}
        owners = {int(port): home for port, home in written.items() if int(port) in remembered[home]}
        yield owners
        fresh = kept.with_suffix(".new")
        fresh.write_text(json.dumps(owners), encoding="utf-8")
        fresh.replace(kept)


def listens(pid: int, port: int) -> bool:
    """Whether process `pid`, and nobody else, accepts connections on `port`."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on `port` of the loopback address."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def port_in_use(name: str, port: int) -> CommandRefusal:
    """The refusal that names the port, what wanted it and, where it can be seen, who has it."""
    holder = _holder(port)
    return CommandRefusal(
        f"端口 {port}({name} 要用)已被占用{f',占用者:{holder}' if holder else ''};请换一个端口。",
        f"Port {port}, wanted by {name}, is in use{f' by {holder}' if holder else ''}; choose another.",
    )


def _holder(port: int) -> str | None:
    try:
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listening and connection.pid is not None:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass  # whose it is belongs to another account: the port alone must do
    return None
