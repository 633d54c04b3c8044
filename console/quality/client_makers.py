"""What makes clients of openapi.json, for the tests that make them: the Python maker is locked with the tests' packages, the
TypeScript one is taken from the npm registry as `tests/clients/package-lock.json` names it.

npm is not needed: every package's tarball is fetched as pages' assets are, and compared with the integrity in the lock file.
Node comes with the browser driver of the tests' packages. Only tests need any of this.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from console.machine.locks import locked
from console.machine.quarters import Quarters, quarters_for
from console.place import CHECKOUT, home_of
from console.refusal import CommandRefusal
from console.setup.page_assets import NoAssets, NpmSettings, Registry, checked

LOCK = CHECKOUT / "tests" / "clients" / "package-lock.json"
PYTHON_CONFIG = CHECKOUT / "docs" / "clients" / "openapi-python-client.yaml"
AT_ONCE = 8
PATIENCE_S = 240.0


@dataclass(frozen=True)
class TypeScriptMaker:
    """Node, and the packages of the lock file beside it."""

    node: Path
    packages: Path

    def runs(self, program: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Runs a package's program, such as `typescript/bin/tsc`; what it prints is in the answer."""
        return run([self.node, self.packages / "node_modules" / program, *arguments], cwd)

    def runs_script(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs what has been compiled."""
        return run([self.node, script, *arguments], script.parent)


def run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command with the virtual environment's programs at hand; its output is kept as text, errors among it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", "CI": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def make_python_client(document: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """A package below `into`. Not 0 when anything of the document was left out, which the output then names."""
    maker = Path(sys.executable).parent / "openapi-python-client"
    asked: list[str | Path] = ["generate", "--path", document, "--config", PYTHON_CONFIG, "--output-path", into]
    return run([maker, *asked, "--fail-on-warning"], into.parent)


def typescript_maker(
    environ: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = lambda _text: None,
    quarters: Quarters | None = None,
) -> TypeScriptMaker:
    """Below the quarters' programs, downloaded on first use. Raises CommandRefusal where no registry answers."""
    shelf = (quarters or quarters_for(home_of())).programs(environ)
    folder = shelf / f"typescript-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    with locked(shelf / "typescript.lock", on_wait=lambda: say("等待另一个窗口下载")):
        if not folder.exists():
            say("下载 TypeScript 客户端生成器(约 10 MB)")
            _install(folder, Registry(NpmSettings(environ)))
    return TypeScriptMaker(_node(), folder)


def _node() -> Path:
    """That of the browser driver, which the tests' packages bring."""
    driver = find_spec("playwright")
    node = Path(driver.origin or "").parent / "driver" / "node" if driver is not None else None
    if node is None or not node.exists():
        raise CommandRefusal("缺少测试用的软件包,请运行 ./zhida test。", "The tests' packages are not installed.")
    return node


def _install(folder: Path, registry: Registry) -> None:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)

    def fetch(place: str) -> None:
        """One package, into the place that the lock file gives it: what another needs in another version lies below it."""
        name, locked_as = place.rpartition("node_modules/")[2], packages[place]
        _unpack(checked(registry.tarball(name, locked_as["version"]), locked_as["integrity"]), fresh / place)

    try:
        with ThreadPoolExecutor(AT_ONCE) as hands:
            list(hands.map(fetch, filter(None, packages)))
    except (NoAssets, OSError, tarfile.TarError) as error:
        raise CommandRefusal(
            f"TypeScript 客户端生成器没有取到({error});请检查 npm 的软件源配置后重试。",
            "The maker of TypeScript clients could not be fetched; check the registry that npm is configured with.",
        ) from error
    fresh.replace(folder)


def _unpack(content: bytes, into: Path) -> None:
    """All files of a package without the folder that they are packed in; no path in it leads out of `into`."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as packed:
        for member in packed.getmembers():
            _folder, _slash, inner = member.name.partition("/")
            if inner and member.isfile():
                packed.extract(member.replace(name=inner), into, filter="data")
