"""The keys that a backup's secrets are sealed with. They are kept elsewhere: who has both reads everything."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.refusal import CommandRefusal
from console.servers.credentials import Credentials

FORMER = "data_key"
PREFIX = "key:"


def keys_of(home: Path) -> dict[str, str]:
    """The keys of an installation by the names under which its credentials keep them."""
    known = Credentials(home).everything()
    return {name: str(key) for name, key in known.items() if name.startswith(PREFIX) or name == FORMER}


def fingerprints(keys: Mapping[str, str]) -> dict[str, str]:
    """By which a key is known without being told: a key is 32 random bytes, so nobody finds it from this."""
    return {name: hashlib.sha256(f"zhida key\x1f{key}".encode()).hexdigest()[:32] for name, key in sorted(keys.items())}


def write_keys(home: Path, file: Path, backups: Path) -> None:
    """Keep them in `file`, for its owner alone. Refuses a place among the backups, and one that is taken."""
    if backups.resolve() in file.resolve().parents:
        raise CommandRefusal(
            f"密钥须与备份分开存放,不能放在 {backups} 里。", "Keys are kept elsewhere than the backups that they open."
        )
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandRefusal(f"{file} 已经存在,不会覆盖。", f"{file} exists; it is not overwritten.") from error
    except OSError as error:
        raise CommandRefusal(f"{file} 无法写入:{error}", f"{file} cannot be written: {error}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump({"system": "zhida", "keys": keys_of(home)}, out, indent=1)
        out.flush()
        os.fsync(out.fileno())


def read_keys(file: Path) -> dict[str, str]:
    """What `write_keys` has written. Refuses anything else."""
    try:
        said: Any = json.loads(file.read_text(encoding="utf-8"))
        keys = said["keys"] if said["system"] == "zhida" else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandRefusal(f"{file} 不是直达的密钥文件:{error}", f"{file} holds no keys of Zhida.") from error
    if not isinstance(keys, dict):
        raise CommandRefusal(f"{file} 不是直达的密钥文件。", f"{file} holds no keys of Zhida.")
    return {str(name): str(key) for name, key in keys.items()}


def unlike(wanted: Mapping[str, str], keys: Mapping[str, str]) -> list[str]:
    """Which of the wanted fingerprints these keys do not have: with them nobody could read what was backed up."""
    have = fingerprints(keys)
    return [name for name, fingerprint in wanted.items() if have.get(name) != fingerprint]
