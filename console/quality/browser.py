"""A Chromium for the browser tests: one that is installed, or Debian's packages unpacked for us, with a Chinese font.

Only tests need it; the demo and production do not. Nothing of the system is touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from console.machine.locks import locked
from console.machine.quarters import Quarters, quarters_for
from console.place import home_of
from console.refusal import CommandRefusal
from console.setup.debian import DebianArchive, is_installed

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE, FONT = "chromium-headless-shell", "fonts-wqy-microhei"
FOLDER = "chromium"
SHELL = "usr/lib/chromium/chromium-headless-shell"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
"""How it is started: also by root, in a container, and without a word to anybody outside."""

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{root}/font-cache</cachedir>
  <alias><family>sans-serif</family><prefer><family>WenQuanYi Micro Hei</family></prefer></alias>
</fontconfig>
"""


@dataclass(frozen=True)
class Browser:
    """The program, and what it needs in its environment to find its libraries and fonts."""

    program: Path
    environment: Mapping[str, str]


def browser(
    environ: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = lambda _text: None,
    quarters: Quarters | None = None,
) -> Browser:
    """The machine's own, else one below the quarters' programs, downloaded on first use. Raises CommandRefusal.

    A font comes with it where Debian has one: on a page whose characters are boxes nobody sees what is wrong.
    """
    installed = next(filter(None, (shutil.which(name, path=environ.get("PATH")) for name in NAMES)), None)
    if installed is not None and not DebianArchive.reachable_from_here():
        return Browser(Path(installed), {})
    shelf = (quarters or quarters_for(home_of())).programs(environ)
    root = shelf / FOLDER
    with locked(shelf / f"{FOLDER}.lock", on_wait=lambda: say("等待另一个窗口下载浏览器")):
        missing = [FONT] if installed is not None else [FONT, PACKAGE]
        if not all((root / f".{name}").exists() for name in missing):
            if not DebianArchive.reachable_from_here():
                raise CommandRefusal(
                    "浏览器测试需要 Chromium;请安装 chromium 后重试。",
                    "Browser tests need Chromium; install it and try again.",
                )
            say("下载浏览器和中文字体(约 100 MB)" if installed is None else "下载中文字体")
            _unpack(shelf, root, missing)
    return Browser(Path(installed) if installed is not None else root / SHELL, _environment(root))


def _unpack(shelf: Path, root: Path, packages: list[str]) -> None:
    scratch, fresh = shelf / f"{FOLDER}.scratch", shelf / f"{FOLDER}.new"
    for leftover in (scratch, fresh):
        shutil.rmtree(leftover, ignore_errors=True)
    archive = DebianArchive(scratch)
    wanted = {FONT}
    if PACKAGE in packages:
        wanted |= archive.closure(PACKAGE, keep=_needed)
    archive.unpack(wanted, fresh)
    (fresh / "fonts.conf").write_text(FONTS_CONF.format(root=root), encoding="utf-8")
    for name in packages:
        (fresh / f".{name}").touch()
    shutil.rmtree(root, ignore_errors=True)
    fresh.replace(root)
    shutil.rmtree(scratch, ignore_errors=True)


def _needed(package: str) -> bool:
    """Chromium itself, and such shared libraries as the system lacks; not what serves a desktop."""
    return package == "chromium-common" or (package.startswith("lib") and not is_installed(package))


def _environment(root: Path) -> dict[str, str]:
    # Some libraries have private ones in a folder below (pulseaudio/), which their own settings would name.
    libraries = sorted({str(file.parent) for file in root.glob("**/*-linux-gnu*/**/*.so*")})
    return {
        "FONTCONFIG_FILE": str(root / "fonts.conf"),
        **({"LD_LIBRARY_PATH": ":".join(libraries)} if libraries else {}),
    }
