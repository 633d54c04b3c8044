"""Getting pip from the index that the machine is configured for, with nothing but the standard library."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.setup.package_index import NoPip, PipSettings, fetch_pip

OLD, NEW, FUTURE = b"old wheel", b"new wheel", b"a wheel for a Python to come"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel(version: str) -> str:
    return f"pip-{version}-py3-none-any.whl"


class Mirror(http.server.BaseHTTPRequestHandler):
    """A package index behind a password; serves `pages`, keyed by path."""

    pages: dict[str, tuple[str, bytes]]

    def do_GET(self) -> None:
        allowed = "Basic " + base64.b64encode(b"clerk:open sesame").decode()
        kind, content = self.pages.get(self.path, ("", b""))
        self.send_response(401 if self.headers["Authorization"] != allowed else 200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[str]:
    """Its URL, password included. Two releases, a withdrawn one, one for another Python, a pre-release."""
    Mirror.pages = {
        f"/files/{wheel('24.0')}": ("application/zip", OLD),
        f"/files/{wheel('25.1')}": ("application/zip", NEW),
        f"/files/{wheel('99.0')}": ("application/zip", FUTURE),
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://clerk:open%20sesame@127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    server.server_close()
    thread.join()


def html(newest: bytes = NEW) -> tuple[str, bytes]:
    return (
        "text/html",
        f"""<!DOCTYPE html><html><body>
        <a href="../../files/{wheel("24.0")}#sha256={sha256(OLD)}">old</a>
        <a href="../../files/{wheel("25.1")}#sha256={sha256(newest)}" data-requires-python="&gt;=3.9">new</a>
        <a href="../../files/{wheel("26.0")}#sha256=0" data-yanked="broken">withdrawn</a>
        <a href="../../files/{wheel("99.0")}#sha256=0" data-requires-python="&gt;=3.99">future</a>
        <a href="../../files/{wheel("27.0b1")}#sha256=0">beta</a>
        <a href="../../files/pip-25.1.tar.gz#sha256=0">source</a></body></html>""".encode(),
    )


def as_json() -> tuple[str, bytes]:
    return "application/vnd.pypi.simple.v1+json", json.dumps(
        {
            "files": [
                {"filename": wheel("24.0"), "url": f"../../files/{wheel('24.0')}", "hashes": {"sha256": sha256(OLD)}},
                {
                    "filename": wheel("25.1"),
                    "url": f"../../files/{wheel('25.1')}",
                    "hashes": {"sha256": sha256(NEW)},
                    "requires-python": ">=3.9",
                },
                {"filename": wheel("26.0"), "url": "nowhere", "hashes": {}, "yanked": "broken"},
                {"filename": wheel("99.0"), "url": "nowhere", "hashes": {}, "requires-python": ">=3.99"},
            ]
        }
    ).encode()


def settings(tmp_path: Path, **environ: str) -> PipSettings:
    """Only these variables and the files below `tmp_path`; nothing of the machine's own."""
    return PipSettings({"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "xdg"), **environ})


@pytest.mark.parametrize("page", [html(), as_json()], ids=["html", "json"])
def test_the_newest_release_that_this_python_can_run_is_taken(
    mirror: str, tmp_path: Path, page: tuple[str, bytes]
) -> None:
    Mirror.pages["/simple/pip/"] = page
    saved = fetch_pip(tmp_path, settings(tmp_path, PIP_INDEX_URL=mirror))
    assert saved.name == wheel("25.1")
    assert saved.read_bytes() == NEW


def test_a_wheel_that_is_not_what_the_index_says_is_refused(mirror: str, tmp_path: Path) -> None:
    Mirror.pages["/simple/pip/"] = html(newest=b"something else")
    with pytest.raises(NoPip, match="sha256"):
        fetch_pip(tmp_path, settings(tmp_path, PIP_INDEX_URL=mirror))


def test_an_index_on_disk_is_an_index_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "simple" / "pip").mkdir(parents=True)
    (tmp_path / "files" / wheel("25.1")).write_bytes(NEW)
    (tmp_path / "simple" / "pip" / "index.html").write_bytes(html()[1])
    saved = fetch_pip(tmp_path, settings(tmp_path, PIP_EXTRA_INDEX_URL=(tmp_path / "simple").as_uri()))
    assert saved.read_bytes() == NEW


def test_a_folder_of_wheels_will_do(tmp_path: Path) -> None:
    shelf = tmp_path / "wheels"
    shelf.mkdir()
    (shelf / wheel("25.1")).write_bytes(NEW)
    (shelf / wheel("9.0.3")).write_bytes(OLD)
    assert fetch_pip(tmp_path, settings(tmp_path, PIP_FIND_LINKS=str(shelf))).read_bytes() == NEW


def test_an_index_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(NoPip) as nothing:
        fetch_pip(tmp_path, settings(tmp_path, PIP_INDEX_URL="http://clerk:secret@127.0.0.1:9/simple"))
    assert "127.0.0.1:9" in str(nothing.value)
    assert "secret" not in str(nothing.value)


def test_without_a_configured_index_none_is_assumed(tmp_path: Path) -> None:
    assert settings(tmp_path).indexes() == []
    with pytest.raises(NoPip):
        fetch_pip(tmp_path, settings(tmp_path))


def test_variables_win_over_personal_files_and_those_over_shared_ones(tmp_path: Path) -> None:
    for place, url in (("xdg/pip/pip.conf", "http://shared/"), (".config/pip/pip.conf", "http://personal/")):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(f"[global]\nindex-url = {url}\nextra-index-url =\n  http://one/\n  http://two/\n")
    assert settings(tmp_path).indexes() == ["http://personal/", "http://one/", "http://two/"]
    assert settings(tmp_path, PIP_INDEX_URL="http://variable/").indexes()[0] == "http://variable/"
    assert settings(tmp_path, PIP_NO_INDEX="1").indexes() == []
