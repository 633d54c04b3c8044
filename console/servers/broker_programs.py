"""Finding a RabbitMQ that can be run privately: one that is installed, or Debian's packages unpacked for us."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from console.machine.locks import locked
from console.machine.quarters import Quarters
from console.setup.debian import DebianArchive, is_installed

DEBIAN_SERVERS = Path("/usr/lib/rabbitmq/lib")
ROOTDIR = re.compile(r"^(\s*ROOTDIR=).*$", re.MULTILINE)


@dataclass(frozen=True)
class BrokerPrograms:
    """The scripts of one RabbitMQ and the PATH on which they find their Erlang."""

    server: Path
    control: Path
    path: str
    library_path: str | None = None

    def environment(self) -> dict[str, str]:
        libraries = {"LD_LIBRARY_PATH": self.library_path} if self.library_path else {}
        return {"PATH": self.path, "LANG": "C.UTF-8", **libraries}

    def erlang(self, program: str) -> str | None:
        """The path of `program` (`epmd`, `erl_call`) or None."""
        return shutil.which(program, path=self.path)


def installed_programs(
    quarters: Quarters, environ: Mapping[str, str], servers: Path = DEBIAN_SERVERS
) -> BrokerPrograms | None:
    """The system's own RabbitMQ, if one is installed and may be run. Its configuration and data are not touched.

    Debian's command on the PATH is a wrapper that switches users; the program beneath it is what we run.
    """
    path = environ.get("PATH") or os.defpath
    found = sorted(servers.glob("rabbitmq_server-*/sbin/rabbitmq-server"), reverse=True)
    on_path = shutil.which("rabbitmq-server", path=path)
    if on_path is not None:
        found.append(Path(on_path).resolve())
    for server in found:
        itself = (server.parent / "rabbitmq-env").exists()
        if itself and shutil.which("erl", path=path) and quarters.account.can_run("/usr/bin/test", "-x", server):
            return BrokerPrograms(server, server.parent / "rabbitmqctl", path)
    return None


def unpacked_programs(
    quarters: Quarters, environ: Mapping[str, str], say: Callable[[str], None]
) -> BrokerPrograms | None:
    """Debian's packages below the quarters' programs, downloaded on first use; None on another kind of system.

    Raises DebianFault when the archive cannot be reached.
    """
    shelf = quarters.programs(environ)
    root = shelf / "rabbitmq"
    with locked(shelf / "rabbitmq.lock"):
        if not root.exists():
            if not DebianArchive.reachable_from_here():
                return None
            say("下载 RabbitMQ 软件包(约 33 MB)")
            _unpack(shelf, root)
        _point_erlang_at(root)
    server = next(root.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"))
    libraries = [str(folder) for folder in (*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*"))]
    return BrokerPrograms(
        server, server.parent / "rabbitmqctl", f"{root}/usr/bin:{os.defpath}", ":".join(libraries) or None
    )


def _unpack(shelf: Path, root: Path) -> None:
    scratch, fresh = shelf / "rabbitmq.scratch", shelf / "rabbitmq.new"
    for leftover in (scratch, fresh):
        shutil.rmtree(leftover, ignore_errors=True)
    archive = DebianArchive(scratch)
    archive.unpack(archive.closure("rabbitmq-server", keep=_needed), fresh)
    # A node looks for each of its modules in every plugin's folder in turn: without the plugins, none of which
    # we enable, it starts in half the time.
    for plugin in fresh.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins/rabbitmq_*"):
        if not plugin.name.startswith("rabbitmq_prelaunch"):
            shutil.rmtree(plugin)
    fresh.replace(root)
    shutil.rmtree(scratch)


def _needed(package: str) -> bool:
    """Erlang itself (a whole one, whatever the system has) and such shared libraries as the system lacks.

    The rest of what rabbitmq-server depends on serves Debian's service scripts.
    """
    return package.startswith("erlang-") or (package.startswith("lib") and not is_installed(package))


def _point_erlang_at(root: Path) -> None:
    """Debian's `erl` has its folder written into it; done at every start, since the checkout may have moved."""
    script = root / "usr/lib/erlang/bin/erl"
    text = script.read_text(encoding="utf-8")
    pointed = ROOTDIR.sub(rf'\g<1>"{root}/usr/lib/erlang"', text)
    if pointed != text:
        script.write_text(pointed, encoding="utf-8")
