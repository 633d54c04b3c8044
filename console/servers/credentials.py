"""The passwords and keys of one local installation: generated here, kept in one file that only its owner reads."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from console.machine.locks import locked
from contracts.keys import KEYS, LEGACY, keys_of, variable


class Credentials:
    """`<home>/credentials.json`, mode 0600, one generated secret per name; safe for several processes at once."""

    def __init__(self, home: Path) -> None:
        self._file = home / "credentials.json"
        self._lock = home / "credentials.lock"

    def secret(self, name: str) -> str:
        """The secret called `name`, letters and digits only (it travels in URLs); made on first use."""
        return self._get_or_make(name, secrets.token_hex(24))

    def keys(self, service: str) -> dict[str, str]:
        """What the process of `service` seals and opens with, as its environment: contracts/keys.py says which."""
        holder = {name: "" if KEYS[name].shared else f":{service}" for name in keys_of(service)}
        found = {name: self._get_or_make(f"key:{name}{whose}", _fresh_key()) for name, whose in holder.items()}
        former = self._known().get("data_key")  # the one key of all, in a home that was made by version 0.5 or before
        return {variable(name): text for name, text in {**found, **({LEGACY: former} if former else {})}.items()}

    def everything(self) -> dict[str, str]:
        """All that is kept here, by name; empty in a home that is new."""
        return {name: str(value) for name, value in self._known().items()}

    def take_over(self, secrets_by_name: Mapping[str, str]) -> None:
        """Keep these under their names, in place of what was there: of an installation that is restored here."""
        with locked(self._lock):
            self._write({**self._known(), **secrets_by_name})

    def _get_or_make(self, name: str, fresh: str) -> str:
        with locked(self._lock):
            known = self._known()
            if name not in known:
                known[name] = fresh
                self._write(known)
            return str(known[name])

    def _known(self) -> dict[str, str]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def _write(self, known: dict[str, str]) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(known, out, indent=1)
            out.flush()
            os.fsync(out.fileno())  # a database whose passwords are lost cannot be opened again
        fresh.replace(self._file)


def _fresh_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
