"""What pages load that others publish: taken from the npm registry as `gateway/portal/assets.lock.json` names it.

Neither node nor npm is needed: the package's tarball is fetched from the registry that npm's own configuration names,
compared with the integrity in the lock file, and the files that are served are taken out of it. Pages work without them:
where no registry answers this says so once, and nothing waits for it. Standard library only: `console.setup.bootstrap`
calls it. `./zhida assets` tries again; in the image's build it is run as a program.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import ssl
import sys
import tarfile
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

PORTAL = Path(__file__).resolve().parents[2] / "gateway" / "portal"
LOCK_NAME, FOLDER_NAME, STAMP_NAME = "assets.lock.json", "fetched", ".stamp"
DEFAULT_REGISTRY = "https://registry.npmjs.org/"
UNREACHABLE = "unreachable"
PATIENCE_S = 10.0
VARIABLE = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


class NoAssets(Exception):
    """A package could not be had, or is not what the lock file says."""


class NpmSettings:
    """npm's own configuration: variables `npm_config_*`, over the person's `.npmrc`, over the machine's."""

    def __init__(self, environ: Mapping[str, str] = os.environ, machine: Path = Path("/etc/npmrc")) -> None:
        self._environ = environ
        home = Path(environ.get("HOME") or Path.home())
        personal = Path(self._variable("userconfig") or home / ".npmrc")
        files = [Path(self._variable("globalconfig") or machine), personal]
        self._said = {key: value for file in files for key, value in _lines(file, environ)}

    def get(self, key: str) -> str | None:
        return self._variable(key) or self._said.get(key)

    def _variable(self, key: str) -> str | None:
        wanted = f"npm_config_{key.replace('-', '_')}"
        return next((value for name, value in self._environ.items() if name.lower() == wanted and value), None)

    @property
    def registry(self) -> str:
        return (self.get("registry") or DEFAULT_REGISTRY).rstrip("/") + "/"

    def authorization(self) -> str | None:
        """The header that the registry's own settings make, as npm sends it to that registry alone."""
        place = urlsplit(self.registry)
        nerf = f"//{place.netloc}{place.path}"
        token, basic = self.get(f"{nerf}:_authToken"), self.get(f"{nerf}:_auth")
        return f"Bearer {token}" if token else f"Basic {basic}" if basic else None


def _lines(file: Path, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return []
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and line.strip()[:1] not in ("#", ";"))
    return [
        (key.strip(), VARIABLE.sub(lambda found: environ.get(found[1], ""), value.strip().strip('"')))
        for key, _equals, value in pairs
    ]


class Registry:
    """Reads tarballs, with the certificates and the proxy of the npm configuration."""

    def __init__(self, settings: NpmSettings) -> None:
        self._settings = settings
        verified = ssl.create_default_context(cafile=settings.get("cafile"))
        proxy = settings.get("https-proxy") or settings.get("proxy")
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=verified)]
        if proxy is not None:
            handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
        self._opener = urllib.request.build_opener(*handlers)

    def tarball(self, package: str, version: str) -> bytes:
        """The package as it was published. Raises NoAssets."""
        base = self._settings.registry
        usual = f"{base}{package}/-/{package.rpartition('/')[2]}-{version}.tgz"
        try:
            return self._read(usual)
        except OSError as first:
            # A mirror may keep its tarballs elsewhere; then the package's description says where.
            try:
                return self._read(json.loads(self._read(f"{base}{package}/{version}"))["dist"]["tarball"])
            except (OSError, ValueError, KeyError):
                raise NoAssets(f"{urlsplit(base).netloc}: {first}") from first

    def _read(self, address: str) -> bytes:
        request = urllib.request.Request(address, headers={"User-Agent": "zhida-set-up"})
        header = self._settings.authorization()
        if header is not None and address.startswith(self._settings.registry):
            request.add_unredirected_header("Authorization", header)
        with self._opener.open(request, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read()
            return content


def checked(content: bytes, integrity: str) -> bytes:
    """The content if it is what `sha512-…` names. Raises NoAssets."""
    algorithm, _, digest = integrity.partition("-")
    if algorithm != "sha512" or base64.b64encode(hashlib.sha512(content).digest()).decode() != digest:
        raise NoAssets("a package does not have the integrity that assets.lock.json states")
    return content


def fetch_assets(portal: Path = PORTAL, settings: NpmSettings | None = None) -> None:
    """Leaves exactly the locked files in `fetched/`, or raises NoAssets and leaves what was there."""
    lock = json.loads((portal / LOCK_NAME).read_text(encoding="utf-8"))
    folder, fresh = portal / FOLDER_NAME, portal / f"{FOLDER_NAME}.new"
    registry = Registry(settings or NpmSettings())
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        for package, locked in lock.items():
            content = checked(registry.tarball(package, locked["version"]), locked["integrity"])
            _unpack(content, locked["files"], fresh)
        (fresh / STAMP_NAME).write_text(_digest(portal), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _unpack(content: bytes, files: Mapping[str, str], into: Path) -> None:
    """The named files and nothing else: no path in a tarball says where anything is written."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as packed:
            for name, saved in files.items():
                member = packed.extractfile(name)
                if member is None:
                    raise NoAssets(f"the package has no file {name}")
                (into / saved).write_bytes(member.read())
    except (tarfile.TarError, KeyError) as error:
        raise NoAssets(f"a package cannot be read: {error}") from error


def ensure_assets(portal: Path = PORTAL, settings: NpmSettings | None = None) -> str | None:
    """Fetches what the lock file names, once per state of it. None when it is there, else why not.

    An attempt that failed is remembered, so that a machine without a registry starts as fast as any other.
    """
    stamp = portal / FOLDER_NAME / STAMP_NAME
    if not (portal / LOCK_NAME).exists():
        return None
    if stamp.exists() and stamp.read_text(encoding="utf-8").removeprefix(UNREACHABLE) == _digest(portal):
        stamp.touch()  # ./zhida compares only the times of both files, to start fast
        return None
    try:
        fetch_assets(portal, settings)
    except (NoAssets, OSError, ValueError) as error:
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(UNREACHABLE + _digest(portal), encoding="utf-8")
        return str(error)
    return None


def _digest(portal: Path) -> str:
    return hashlib.sha256((portal / LOCK_NAME).read_bytes()).hexdigest()


def main(argv: Sequence[str]) -> int:
    """`./zhida assets`: fetches, whatever was tried before. 1 when it could not, unless `--if-reachable` was said."""
    if not {"-h", "--help"}.isdisjoint(argv):
        print("用法 usage: ./zhida assets [--if-reachable]  取不到时不算失败 · not to be reached is no failure")
        return 0
    try:
        fetch_assets()
    except (NoAssets, OSError, ValueError) as error:
        print(
            f"页面增强脚本没有取到({error});页面照常可用,稍后可运行 ./zhida assets 再取。"
            " (The pages' enhancement could not be fetched; they work without it.)",
            file=sys.stderr,
        )
        return 0 if "--if-reachable" in argv else 1
    print("页面资源就绪。 (The pages' assets are there.)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
