"""A folder of this process's own, for copies of files that can be made again.

Nobody else may enter it (0700, under a name that nobody can guess), and nothing that lies in it is believed: what this
process has kept it knows by its hash, and takes only while it is what was kept. A kept file is let go some time after it
was last used, or when there are too many bytes of them; the folder is let go when the process ends, and that of a process
that was killed by whoever makes the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.observability.telemetry import get_logger

log = get_logger(__name__)

PREFIX = "zhida-spool-"
LOCK = "owner"
"""The file that the owner holds a lock on, for as long as it lives."""

KEPT_SECONDS = 6 * 3600.0
"""After its last use."""

KEPT_BYTES = 1024**3
UNLOCKED_SECONDS = 600.0
"""A folder without a lock is being made just now, or was left half-made this long ago."""

PIECE = 1024 * 1024


@dataclass(slots=True)
class _Kept:
    sha256: str
    size: int
    used_at: float


class Spool:
    """Made in `base` (the folder for temporary files, unless another is named)."""

    def __init__(self, base: Path | None = None) -> None:
        base = base or Path(tempfile.gettempdir())
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_left_overs(base)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        owner = os.open(self.folder / LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._end = weakref.finalize(self, _removed, self.folder, owner)

    def close(self) -> None:
        """Let go of everything in it."""
        self._end()

    def found(self, name: str) -> Path | None:
        """What was kept under the name, if it still is what it was."""
        with self._lock:
            kept = self._kept.get(name)
        path = self._path(name)
        if kept is None or path.is_symlink() or not path.is_file() or digest_of(path) != kept.sha256:
            return None
        kept.used_at = time.time()
        return path

    def keep(self, made: Path, name: str) -> Path:
        """Have a file that was made in `working` under this name from now on; whatever lay there is nobody's."""
        path = self._path(name)
        made.chmod(0o600)
        kept = _Kept(digest_of(made), made.stat().st_size, time.time())
        with self._lock:
            made.replace(path)
            self._kept[name] = kept
            self._let_go(name)
        return path

    @contextmanager
    def working(self) -> Iterator[Path]:
        """A folder for one piece of work, gone afterwards whatever came of it."""
        folder = Path(tempfile.mkdtemp(prefix="work-", dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _let_go(self, name: str) -> None:
        """Whoever reads a file that is let go reads it to its end all the same: it has it open."""
        now = time.time()
        by_use = sorted(self._kept.items(), key=lambda item: item[1].used_at)
        size = sum(each.size for each in self._kept.values())
        for other, kept in by_use:
            if other == name or (size <= KEPT_BYTES and now - kept.used_at < KEPT_SECONDS):
                continue
            self._path(other).unlink(missing_ok=True)
            del self._kept[other]
            size -= kept.size

    def _path(self, name: str) -> Path:
        """Names come from hashes and tenants; as a file's name each is the hash of itself."""
        return self.folder / hashlib.sha256(name.encode()).hexdigest()


_ours: dict[Path | None, Spool] = {}
_making = threading.Lock()


def spool_of_this_process(base: Path | None = None) -> Spool:
    """The one in `base`, for as long as the process lives: whoever was given a path reads it after the store that they
    had it from is gone. Made anew if somebody has cleared the temporary files away."""
    with _making:
        spool = _ours.get(base)
        if spool is None or not spool.folder.is_dir():
            spool = _ours[base] = Spool(base)
        return spool


def _removed(folder: Path, owner: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(owner)


def remove_left_overs(base: Path) -> None:
    """Remove the folders of those that did not live to do so. Others' folders, and their files, are not touched."""
    for folder in base.glob(f"{PREFIX}*"):
        try:
            there = folder.lstat()
            if folder.is_symlink() or there.st_uid != os.geteuid() or not _is_left_over(folder, there.st_mtime):
                continue
        except OSError:  # gone meanwhile
            continue
        log.info("a left-over spool is removed", folder=folder.name)
        shutil.rmtree(folder, ignore_errors=True)


def _is_left_over(folder: Path, changed_at: float) -> bool:
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return time.time() - changed_at > UNLOCKED_SECONDS
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def digest_of(path: Path) -> str:
    """SHA-256 in hex. Green threads have their turn between two pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            time.sleep(0)
    return digest.hexdigest()
