"""Where the database and the broker live on this machine, and as whom they run.

PostgreSQL refuses to run as root, and a broker has no reason to. Started by root they therefore run as an account
that already exists (no user is ever added), in a folder which that account can reach. Started by anybody else
they run as that person.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from console.machine.locks import locked
from console.refusal import CommandRefusal

UNPRIVILEGED = "nobody"  # exists on every Debian and Ubuntu machine and owns nothing there
OUTSIDE = Path("/var/tmp")  # survives a reboot, unlike /tmp, and everyone may enter it
CLOSED = ("books", "logs", "run")  # folders of a home that only the launcher's account may look into
RECORD = "quarters"
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+@-]+")


class Demotion(TypedDict, total=False):
    """Arguments of `subprocess`; empty when the program runs as the launcher."""

    user: int
    group: int
    extra_groups: Sequence[int]


@dataclass(frozen=True)
class Account:
    """The operating system account that servers run as; `demoted` when it is not the launcher's own."""

    name: str
    uid: int
    gid: int
    demoted: bool

    @classmethod
    def for_servers(cls) -> Account:
        """The launcher's own account or, for root, `nobody`. Refuses when there is no such account."""
        if os.geteuid() != 0:
            uid = os.geteuid()
            try:
                name = pwd.getpwuid(uid).pw_name
            except KeyError:
                raise CommandRefusal(
                    f"当前用户号 {uid} 没有对应的系统账号,PostgreSQL 无法运行;请换一个有名字的账号。",
                    f"User id {uid} has no account name, which PostgreSQL needs; run as a named account.",
                ) from None
            return cls(name, uid, os.getegid(), demoted=False)
        try:
            entry = pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            raise CommandRefusal(
                f"以 root 运行时需要系统账号 {UNPRIVILEGED};请改用普通账号运行。",
                f"Run by root this needs the account {UNPRIVILEGED}; run it as an ordinary user instead.",
            ) from None
        account = cls(entry.pw_name, entry.pw_uid, entry.pw_gid, demoted=True)
        if not account.can_run("/bin/true"):
            raise CommandRefusal(
                "这里的 root 不能切换账号(容器权限受限),而 PostgreSQL 不能以 root 运行;请改用普通账号运行。",
                "This root may not switch accounts (a restricted container); run it as an ordinary user instead.",
            )
        return account

    def can_run(self, *command: str | Path) -> bool:
        """Whether this account can run `command`: asked of the kernel, so that ACLs and mounts count too."""
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                timeout=30,
                check=False,
                **self.as_arguments(),
            )
        except OSError:
            return False
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        return self.can_run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder)

    def as_arguments(self) -> Demotion:
        """Keyword arguments that make `subprocess` start a program as this account."""
        if not self.demoted:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}


@dataclass(frozen=True)
class Quarters:
    """A folder that `account` can enter and whose path every shell script can bear."""

    folder: Path
    account: Account

    def room(self, name: str) -> Path:
        """The folder `name` in here, made if need be; only the account (and root) may look inside."""
        room = self.folder / name
        room.mkdir(exist_ok=True)
        room.chmod(0o700)
        self.hand_over(room)
        return room

    def hand_over(self, path: Path) -> None:
        """Makes `path` the account's own."""
        if self.account.demoted:
            os.chown(path, self.account.uid, self.account.gid)

    def programs(self, environ: Mapping[str, str]) -> Path:
        """Where downloaded or copied programs are kept: here, or in ZHIDA_PROGRAMS, which several homes share."""
        folder = Path(environ.get("ZHIDA_PROGRAMS") or self.folder / "programs")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        return folder


def quarters_for(home: Path) -> Quarters:
    """`home` itself where that will do, else a private folder under /var/tmp that is remembered in `home`.

    `home` will not do when the account cannot enter it (a checkout under /root), or when its path has characters
    that the broker's shell scripts do not quote.
    """
    account = Account.for_servers()
    home = open_home(home)
    remembered = _remembered(home)
    if remembered is not None:
        return Quarters(_made_private(remembered, account), account)
    if PLAIN_PATH.fullmatch(str(home)) and account.can_enter(home):
        return Quarters(home, account)
    return Quarters(_new_folder(home, account), account)


def open_home(home: Path) -> Path:
    """Makes `home` (when root: enterable, not listable, by others) and returns its absolute path."""
    home = home.absolute()
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in CLOSED:
        (home / name).mkdir(mode=0o700, exist_ok=True)
    return home.resolve()


def leave_quarters(home: Path) -> None:
    """Removes the folder under /var/tmp that belongs to `home`, if there is one."""
    folder = _remembered(home.resolve())
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        (home / RECORD).unlink()


def _remembered(home: Path) -> Path | None:
    """The folder that `home` has, if it was ever given one; a copy of another home has none of its own yet."""
    try:
        folder = Path((home / RECORD).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    first = _outside(home, 1)
    own = folder.parent == first.parent and re.fullmatch(rf"{first.name}(-[0-9]+)?", folder.name)
    return folder if own else None


def _new_folder(home: Path, account: Account) -> Path:
    """A folder for a home that has none, remembered there. Several may ask at once and get the same.

    What a former home at the same path has left (a clone that was deleted) is not touched: its passwords went with it.
    """
    with locked(home / "run" / f"{RECORD}.lock"):
        remembered = _remembered(home)
        if remembered is not None:  # somebody else was faster
            return remembered
        folder = next(
            folder
            for number in itertools.count(1)
            if not any((folder := _made_private(_outside(home, number), account)).iterdir())
        )
        draft = home / f"{RECORD}.new"
        draft.write_text(f"{folder}\n", encoding="utf-8")
        draft.replace(home / RECORD)  # in place of a record that was copied along with another home
        return folder


def _outside(home: Path, number: int) -> Path:
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return OUTSIDE / f"zhida-{digest}{f'-{number}' if number > 1 else ''}"


def _made_private(folder: Path, account: Account) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # /var/tmp is everyone's: a folder of this name that somebody else put there first must not be trusted.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise CommandRefusal(
            f"{folder} 已被别人占用,不能使用;请设置 ZHIDA_HOME 为另一个文件夹。",
            f"{folder} belongs to somebody else; set ZHIDA_HOME to another folder.",
        )
    folder.chmod(0o711 if account.demoted else 0o700)
    return folder
