"""At most one `demo` or `up` at a time per home; a second one learns what the first is and where to look."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from console.machine.processes import Identity, terminate
from console.refusal import CommandRefusal


class HomeClaim:
    """`with Claim(home, "demo") as claim:` holds the home; `claim.announce(url)` says where it can be seen.

    The lock belongs to the process: the kernel lets go of it when the process ends, also by kill -9.
    """

    def __init__(self, home: Path, purpose: str) -> None:
        self._home = home
        self._purpose = purpose
        self._lock = home / "run" / "launcher.lock"
        self._holder = home / "run" / "launcher.json"
        self._descriptor = -1

    def __enter__(self) -> HomeClaim:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise _already_running(self._holder) from None
        self.announce(None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.unlink(missing_ok=True)
        os.close(self._descriptor)

    def announce(self, url: str | None) -> None:
        me = Identity.of(os.getpid())
        fresh = self._holder.with_suffix(".new")
        fresh.write_text(
            json.dumps(
                {
                    "purpose": self._purpose,
                    "url": url,
                    "pid": os.getpid(),
                    "started": me.started if me else "",
                }
            ),
            encoding="utf-8",
        )
        fresh.replace(self._holder)


def dismiss_launcher(home: Path, limit_s: float = 15.0) -> str | None:
    """Ends the `demo` or `up` that holds `home`, so that it does not restart what is being stopped.

    Returns its purpose, or None when nobody holds it.
    """
    with suppress(FileNotFoundError, ValueError):
        said = json.loads((home / "run" / "launcher.json").read_text(encoding="utf-8"))
        launcher = Identity(said["pid"], said["started"])
        if launcher.pid != os.getpid() and launcher.alive():
            terminate(launcher, limit_s=limit_s)
            return str(said["purpose"])
    return None


def _already_running(holder: Path) -> CommandRefusal:
    said: dict[str, object] = {}
    with suppress(FileNotFoundError, ValueError):
        said = json.loads(holder.read_text(encoding="utf-8"))
    what, url = said.get("purpose") or "zhida", said.get("url")
    return CommandRefusal(
        f"已有一个 {what} 正在运行(进程 {said.get('pid')}){f':{url}' if url else ',还在启动'};"
        "可用 ./zhida status 查看,或用 ./zhida down 停止。",
        f"`{what}` is already running{f' at {url}' if url else ''}; see ./zhida status, end it with ./zhida down.",
    )
