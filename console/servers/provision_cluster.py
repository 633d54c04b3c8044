"""`python -m console.servers.provision_cluster`: the databases and roles of an installation on a PostgreSQL of its own.

Run once by whoever administers the server, and again after a new service or a changed password; it repeats safely.
It reads ADMIN_DATABASE_URL (a superuser: only one may make roles that pass row security, as migrations need) and
one password per role, `<SERVICE>_<APP|FRAME|OWNER>_PASSWORD`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from console.place import database_names
from console.refusal import CommandRefusal
from console.servers.postgres import PostgresAdmin
from console.servers.provision import KINDS, provision_with

ADMIN = "ADMIN_DATABASE_URL"
PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,128}")  # it travels in URLs


def main(environ: Mapping[str, str] = os.environ) -> int:
    """0 when everything is there as it should be; 1 with the reason."""
    try:
        for name in provision_all(environ, database_names()):
            print(f"数据库 zhida_{name} 已就绪 · ready")
    except (CommandRefusal, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def provision_all(environ: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Provisions `names`; refuses before it touches anything, naming every setting that is missing or unusable."""
    wanted = {name: {kind: f"{name}_{kind}_password".upper() for kind in KINDS} for name in names}
    settings = [setting for kinds in wanted.values() for setting in kinds.values()]
    bad = [setting for setting in settings if not PASSWORD.fullmatch(environ.get(setting, ""))]
    if bad or not environ.get(ADMIN):
        raise CommandRefusal(
            f"缺少或不可用的设置(口令须为 16–128 个字母、数字、- 或 _):{'、'.join([*([] if environ.get(ADMIN) else [ADMIN]), *bad])}",
            "Settings are missing, or are no passwords of 16 to 128 letters, digits, - and _.",
        )
    admin = PostgresAdmin.from_url(environ[ADMIN], Path(os.devnull))
    for name, kinds in wanted.items():
        provision_with(admin, name, {kind: environ[setting] for kind, setting in kinds.items()})
    return list(wanted)


if __name__ == "__main__":
    sys.exit(main())
