"""The first thing that runs on a fresh machine: makes `.venv`, installs the locked dependencies, fetches what pages load.

Run as a program by `./zhida` with the name of a lock file, by any Python from 3.11 on, with nothing but the standard
library. Repeatable: when the stamp in `.venv` fits the lock file and Python, nothing is done; an interrupted set-up
is done again from the start; two at once wait for each other.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from console.machine.locks import locked
from console.refusal import CommandRefusal
from console.setup.debian import DebianArchive, DebianFault
from console.setup.package_index import NoPip, PipSettings, fetch_pip
from console.setup.page_assets import ensure_assets

DEBIAN_PIP = "python3-pip-whl"  # the wheel that Debian's own ensurepip installs
PIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*==\S+", re.MULTILINE)
STEP = re.compile(r"^(Collecting|Processing|Building wheel for|Installing collected packages)\b[: ]*(\S*)")


class Setup:
    """One checkout's virtual environment, with what `lock_name` locks in it."""

    def __init__(self, root: Path, lock_name: str) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.lock_file = root / lock_name
        self.unfinished = self.venv / ".zhida-unfinished"

    def run(self) -> None:
        """Leaves a complete `.venv`, or raises Refusal."""
        if not self.lock_file.exists():
            raise CommandRefusal(
                f"缺少 {self.lock_file};请重新获取代码。", f"{self.lock_file} is missing; clone again."
            )
        with locked(
            self.root / ".zhida" / "setup.lock",
            on_wait=lambda: say("另一个窗口正在安装,等它完成……", "another set-up is running; waiting"),
        ):
            if not self.is_done():
                self._set_up()
            missing = ensure_assets(self.root / "gateway" / "portal")
            if missing is not None:
                say(
                    f"页面增强脚本没有取到({missing});页面照常可用,稍后可运行 ./zhida assets 再取。",
                    "pages work without their enhancement; ./zhida assets tries again",
                )

    def _set_up(self) -> None:
        say("首次准备运行环境,大约一两分钟。", "setting up, a minute or two")
        self._make_venv()
        self._install()
        self._write_stamps()
        self.unfinished.unlink()
        say("运行环境就绪。", "set-up complete")

    def is_done(self) -> bool:
        stamp = self._stamp(self.lock_file)
        return stamp.exists() and self._venv_works() and stamp.read_text() == expected(self.lock_file)

    def _stamp(self, lock_file: Path) -> Path:
        """One per lock file; ./zhida compares it too, to start fast."""
        return self.venv / f".{lock_file.name}.stamp"

    def _write_stamps(self) -> None:
        """For this lock file and for every other whose packages are all among this one's (run-time among test)."""
        installed = set(PIN.findall(self.lock_file.read_text(encoding="utf-8")))
        for lock_file in self.root.glob("requirements*.lock"):
            if set(PIN.findall(lock_file.read_text(encoding="utf-8"))) <= installed:
                self._stamp(lock_file).write_text(expected(lock_file), encoding="utf-8")

    def _venv_works(self) -> bool:
        """Whether `.venv` is this Python's and was not left half-made."""
        if self.unfinished.exists() or not (self.venv / "bin" / "python").exists():
            return False
        asked = subprocess.run(
            [self.venv / "bin" / "python", "-c", "import sys; print(sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        return asked.stdout.strip() == str(sys.version_info[:2])

    def _make_venv(self) -> None:
        if not self._venv_works():
            shutil.rmtree(self.venv, ignore_errors=True)
            say(f"建立虚拟环境(Python {sys.version.split()[0]})……", "making .venv")
            self.venv.mkdir()
            self.unfinished.touch()
            if not self._venv(with_pip=True):
                # Debian keeps ensurepip in a package of its own; pip can be had without it.
                shutil.rmtree(self.venv)
                self.venv.mkdir()
                self.unfinished.touch()
                if not self._venv(with_pip=False):
                    raise _needs_python_venv("venv")
        self.unfinished.touch()
        if not self._runs("-m", "pip", "--version"):
            self._install_pip()

    def _venv(self, *, with_pip: bool) -> bool:
        options = [] if with_pip else ["--without-pip"]
        return (
            subprocess.run(
                [sys.executable, "-m", "venv", *options, str(self.venv)], capture_output=True, check=False
            ).returncode
            == 0
        )

    def _runs(self, *arguments: str) -> bool:
        return (
            subprocess.run([self.venv / "bin" / "python", *arguments], capture_output=True, check=False).returncode == 0
        )

    def _install_pip(self) -> None:
        """From the configured index, else from Debian's own archive; both without root."""
        say("系统自带的 Python 没有 pip,单独获取……", "this Python has no pip; fetching it")
        with tempfile.TemporaryDirectory(prefix="zhida-pip-") as scratch:
            why = []
            for fetch in (_pip_from_index, _pip_from_debian):
                try:
                    wheel = fetch(Path(scratch))
                except (NoPip, DebianFault, OSError) as error:
                    why.append(str(error))
                    continue
                if self._runs(f"{wheel}/pip", "install", "--no-index", "--no-deps", str(wheel)):
                    return
                why.append(f"{wheel.name} does not run")
            raise _needs_python_venv("; ".join(why))

    def _install(self) -> None:
        """pip with hashes required; its output is told as a count of packages."""
        total = len(PIN.findall(self.lock_file.read_text(encoding="utf-8")))
        command = [
            str(self.venv / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
            "-r",
            str(self.lock_file),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
            said: list[str] = []
            done = 0
            for line in pip.stdout or ():
                said.append(line)
                step = STEP.match(line)
                if step and step[1] in ("Collecting", "Processing"):  # from afar, from a local index
                    done += 1
                    _progress(done, total, step[2].rpartition("/")[2].partition("=")[0])
                elif step:
                    _progress(done, total, "安装中 installing" if step[1].startswith("Inst") else step[2])
        _progress_ends()
        if pip.returncode != 0:
            sys.stderr.write("".join(said[-25:]))
            raise CommandRefusal(
                "安装依赖没有成功(原因见上);多半是软件源不可用,请检查 pip 的配置后重试。",
                "Installing the dependencies failed (see above); check pip's index configuration and try again.",
            )


def expected(lock_file: Path) -> str:
    """What the stamp must say: the lock file's sha256 and the Python that it was installed for."""
    digest = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor}\n"


def say(zh: str, en: str) -> None:
    print(f"直达 · {zh} ({en})", file=sys.stderr, flush=True)


def _pip_from_index(scratch: Path) -> Path:
    return fetch_pip(scratch, PipSettings())


def _pip_from_debian(scratch: Path) -> Path:
    """pip knows its own default index; this is how to get a pip where no index is configured, naming none here."""
    if not DebianArchive.reachable_from_here():
        raise NoPip("this is no Debian or Ubuntu machine")
    DebianArchive(scratch / "apt").unpack([DEBIAN_PIP], scratch / "root")
    wheel = next((scratch / "root").glob("usr/share/python-wheels/pip-*.whl"), None)
    if wheel is None:
        raise NoPip(f"{DEBIAN_PIP} brought no wheel")
    return wheel


def _needs_python_venv(why: str) -> CommandRefusal:
    return CommandRefusal(
        f"这个 Python 不能建立虚拟环境({why});请安装系统软件包 python3-venv 后重试。",
        f"This Python cannot make a virtual environment ({why}); install the package python3-venv and try again.",
    )


def _progress(done: int, total: int, what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K直达 · 安装依赖 {done}/{total} {what}", end="", file=sys.stderr, flush=True)
    elif done % 20 == 0 or not what.isascii():
        print(f"直达 · 安装依赖 {done}/{total} {what}", file=sys.stderr, flush=True)


def _progress_ends() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


def main(lock_name: str) -> int:
    try:
        Setup(Path(__file__).resolve().parents[2], lock_name).run()
    except CommandRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("已中断;下次运行会重新准备。", "interrupted; the next run starts over")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
