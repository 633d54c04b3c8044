"""What pages load that others publish: exactly what the lock file names, from the registry that npm's settings name."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from console.place import CHECKOUT
from console.setup.page_assets import NoAssets, NpmSettings, ensure_assets, fetch_assets

SCRIPT = b"window.comfort = 1"


def package(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as out:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


TARBALL = package({"package/dist/comfort.min.js": SCRIPT, "package/../../escaped": b"!"})


class Registry:
    """A registry on this machine; `answers` by path, and what it was asked with."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {"/npm/comfort/-/comfort-1.2.3.tgz": TARBALL}
        self.asked: list[tuple[str, str | None]] = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append((self.path, self.headers.get("Authorization")))
                content = registry.answers.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/npm"


@pytest.fixture
def registry() -> Iterator[Registry]:
    registry = Registry()
    yield registry
    registry.server.shutdown()
    registry.server.server_close()


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    portal = tmp_path / "portal"
    portal.mkdir()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(TARBALL).digest()).decode()
    files = {"package/dist/comfort.min.js": "comfort.js"}
    lock = {"comfort": {"version": "1.2.3", "integrity": integrity, "files": files}}
    (portal / "assets.lock.json").write_text(json.dumps(lock))
    return portal


def settings(tmp_path: Path, registry: Registry, *lines: str) -> NpmSettings:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / ".npmrc").write_text("\n".join([f"registry={registry.url}", *lines]))
    return NpmSettings({"HOME": str(home), "NPM_TOKEN": "t-1"}, machine=tmp_path / "npmrc")


def test_the_locked_files_are_there_and_nothing_else(portal: Path, tmp_path: Path, registry: Registry) -> None:
    fetch_assets(portal, settings(tmp_path, registry))
    assert {file.name for file in (portal / "fetched").iterdir()} == {"comfort.js", ".stamp"}
    assert (portal / "fetched" / "comfort.js").read_bytes() == SCRIPT
    assert not (tmp_path / "escaped").exists()


def test_what_is_there_is_not_fetched_again(portal: Path, tmp_path: Path, registry: Registry) -> None:
    npm = settings(tmp_path, registry)
    assert [ensure_assets(portal, npm), ensure_assets(portal, npm)] == [None, None]
    assert len(registry.asked) == 1


def test_another_package_than_the_locked_one_is_refused(portal: Path, tmp_path: Path, registry: Registry) -> None:
    registry.answers["/npm/comfort/-/comfort-1.2.3.tgz"] = package({"package/dist/comfort.min.js": b"evil()"})
    with pytest.raises(NoAssets, match="integrity"):
        fetch_assets(portal, settings(tmp_path, registry))
    assert not (portal / "fetched").exists()


def test_a_registry_that_is_away_is_told_once(portal: Path, tmp_path: Path, registry: Registry) -> None:
    registry.answers.clear()
    npm = settings(tmp_path, registry)
    assert "404" in str(ensure_assets(portal, npm))
    asked = len(registry.asked)
    assert ensure_assets(portal, npm) is None
    assert len(registry.asked) == asked


def test_a_mirror_may_keep_its_tarballs_elsewhere(portal: Path, tmp_path: Path, registry: Registry) -> None:
    registry.answers = {
        "/npm/comfort/1.2.3": json.dumps({"dist": {"tarball": f"{registry.url}/blobs/7"}}).encode(),
        "/npm/blobs/7": TARBALL,
    }
    fetch_assets(portal, settings(tmp_path, registry))
    assert (portal / "fetched" / "comfort.js").exists()


def test_a_registrys_own_token_is_sent_to_it(portal: Path, tmp_path: Path, registry: Registry) -> None:
    place = registry.url.removeprefix("http:")
    fetch_assets(portal, settings(tmp_path, registry, f"{place}/:_authToken=${{NPM_TOKEN}}"))
    assert registry.asked == [("/npm/comfort/-/comfort-1.2.3.tgz", "Bearer t-1")]


def test_the_variable_counts_more_than_the_persons_file_and_that_more_than_the_machines(tmp_path: Path) -> None:
    machine, home = tmp_path / "npmrc", tmp_path / "home"
    home.mkdir()
    machine.write_text("registry = http://machine/\ncafile=/machine.crt\n")
    assert NpmSettings({"HOME": str(home)}, machine).registry == "http://machine/"
    (home / ".npmrc").write_text("# mine\nregistry=http://person\n")
    assert NpmSettings({"HOME": str(home)}, machine).registry == "http://person/"
    assert NpmSettings({"HOME": str(home)}, machine).get("cafile") == "/machine.crt"
    assert NpmSettings({"HOME": str(home), "NPM_CONFIG_REGISTRY": "http://here"}, machine).registry == "http://here/"
    assert NpmSettings({"HOME": str(tmp_path)}, tmp_path / "none").registry == "https://registry.npmjs.org/"


def test_the_lock_file_names_versions_and_integrities() -> None:
    lock = json.loads((CHECKOUT / "gateway" / "portal" / "assets.lock.json").read_text())
    assert lock["htmx.org"]["version"].startswith("2.")
    assert all(locked["integrity"].startswith("sha512-") for locked in lock.values())
