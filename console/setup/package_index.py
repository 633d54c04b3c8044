"""Getting pip itself, as a wheel, from the package index that this machine's pip configuration names.

For a Python without `ensurepip` (a bare Debian or Ubuntu `python3`), before anything is installed: standard
library only. Reads what pip would read (environment, pip.conf), speaks the simple repository API (PEP 503 in HTML,
PEP 691 in JSON, also over file://), and checks the sha256 that the index states. Names no index itself.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import re
import ssl
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import SplitResult, unquote, urldefrag, urljoin, urlsplit

WHEEL = re.compile(r"pip-(?P<version>[0-9]+(?:\.[0-9]+)*)-py3-none-any\.whl")  # final releases only
LOWEST = re.compile(r">=\s*([0-9]+)\.([0-9]+)")
ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


class NoPip(Exception):
    """None of the configured places has a pip that can be used; the message says where was looked."""


@dataclass(frozen=True)
class Wheel:
    name: str
    url: str
    sha256: str | None  # a plain folder (PIP_FIND_LINKS) states none

    @property
    def version(self) -> tuple[int, ...]:
        matched = WHEEL.fullmatch(self.name)
        return tuple(map(int, matched["version"].split("."))) if matched else ()


class PipSettings:
    """pip's own configuration: variables PIP_*, over user files, over machine-wide files."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._files = configparser.RawConfigParser(strict=False)
        self._files.read(_files(environ), encoding="utf-8")

    def words(self, key: str) -> list[str]:
        """The values of `key`, for example "extra-index-url"; empty when nothing sets it."""
        variable = self._environ.get("PIP_" + key.upper().replace("-", "_"))
        if variable is not None:
            return variable.split()
        for section in ("install", "global"):
            if self._files.has_option(section, key):
                return self._files.get(section, key).split()
        return []

    def indexes(self) -> list[str]:
        if self.words("no-index") not in ([], ["0"], ["false"], ["no"]):
            return []
        return [*self.words("index-url"), *self.words("extra-index-url")]


def fetch_pip(into: Path, settings: PipSettings) -> Path:
    """The newest pip that this Python can run, saved below `into`. Raises NoPip."""
    opener = _Opener(settings)
    found: list[Wheel] = []
    silent: list[str] = []
    for place in settings.words("find-links"):
        found += _in_folder(place)
    for index in settings.indexes():
        page = index.rstrip("/") + "/pip/"
        try:
            found += _on_page(page, opener)
        except (OSError, ValueError) as error:
            silent.append(f"{_without_password(index)}: {error}")
    for wheel in sorted(found, key=lambda wheel: wheel.version, reverse=True):
        content = opener.read(wheel.url)[0]
        if wheel.sha256 is not None and hashlib.sha256(content).hexdigest() != wheel.sha256:
            raise NoPip(f"{wheel.name} does not have the sha256 that its index states")
        saved = into / wheel.name
        saved.write_bytes(content)
        return saved
    raise NoPip("; ".join(silent) or "no index with a pip is configured")


class _Opener:
    """Reads URLs with the certificates, proxy and trusted hosts of the pip configuration."""

    def __init__(self, settings: PipSettings) -> None:
        self._trusted = set(settings.words("trusted-host"))
        cert = settings.words("cert")
        self._verified = ssl.create_default_context(cafile=cert[0] if cert else None)
        proxy = settings.words("proxy")
        self._proxies = {"http": proxy[0], "https": proxy[0]} if proxy else None
        # Wheels lie beside their index: as pip does, its password is used for whatever is on the same server.
        self._passwords = dict(filter(None, map(_basic, settings.indexes())))
        self._timeout = float(next(iter(settings.words("timeout") or settings.words("default-timeout")), "30"))

    def read(self, url: str) -> tuple[bytes, str, str]:
        """Content, content type and final address of `url`."""
        parts = urlsplit(url)
        request = urllib.request.Request(_without_password(url), headers={"Accept": ACCEPT})
        password = self._passwords.get(_server(parts))
        if password is not None:
            request.add_unredirected_header("Authorization", password)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(self._proxies), urllib.request.HTTPSHandler(context=self._context(parts))
        )
        with opener.open(request, timeout=self._timeout) as answer:
            return answer.read(), answer.headers.get_content_type(), answer.url

    def _context(self, parts: SplitResult) -> ssl.SSLContext:
        if parts.hostname not in self._trusted:
            return self._verified
        # The person who configured this machine's pip said so; pip itself would do the same.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs))


def _on_page(page: str, opener: _Opener) -> Iterator[Wheel]:
    """The usable wheels that an index lists, HTML or JSON."""
    address = page + "index.html" if page.startswith("file:") else page
    content, kind, base = opener.read(address)
    if kind.endswith("+json"):
        for entry in json.loads(content)["files"]:
            wheel = Wheel(entry["filename"], urljoin(base, entry["url"]), entry.get("hashes", {}).get("sha256"))
            if wheel.version and not entry.get("yanked") and _runs_here(entry.get("requires-python")):
                yield wheel
        return
    links = _Links()
    links.feed(content.decode())
    for link in links.found:
        url, fragment = urldefrag(urljoin(base, link.get("href") or ""))
        algorithm, _, digest = fragment.partition("=")
        wheel = Wheel(unquote(url.rsplit("/", 1)[-1]), url, digest if algorithm == "sha256" else None)
        if wheel.version and "data-yanked" not in link and _runs_here(link.get("data-requires-python")):
            yield wheel


def _in_folder(place: str) -> Iterator[Wheel]:
    """Wheels of a local folder (PIP_FIND_LINKS); a page of links is an index by another name and not read."""
    folder = Path(unquote(urlsplit(place).path) if place.startswith("file:") else place).expanduser()
    if ("://" in place and not place.startswith("file:")) or not folder.is_dir():
        return
    for file in folder.iterdir():
        wheel = Wheel(file.name, file.resolve().as_uri(), None)
        if wheel.version:
            yield wheel


def _runs_here(requires_python: str | None) -> bool:
    lowest = LOWEST.search(requires_python or "")
    return lowest is None or sys.version_info[:2] >= (int(lowest[1]), int(lowest[2]))


def _basic(index: str) -> tuple[str, str] | None:
    """The server of `index` and the header that its URL's user and password make; None without them."""
    parts = urlsplit(index)
    if not parts.username:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return _server(parts), "Basic " + b64encode(pair.encode()).decode()


def _server(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _files(environ: Mapping[str, str]) -> list[str]:
    """pip's configuration files, weakest first (pip's documentation, "Configuration files")."""
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return []
    home = Path(environ.get("HOME") or Path.home())
    shared = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    personal = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [
        *(f"{folder}/pip/pip.conf" for folder in reversed(shared)),
        "/etc/pip.conf",
        str(home / ".pip/pip.conf"),
        str(personal / "pip/pip.conf"),
        *([chosen] if chosen else []),
    ]
