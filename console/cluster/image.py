"""`python -m console.cluster.image`: what the container image can run, and whether what it runs is ready.

One image for every process. Without a command it says which there are; `health` is the image's HEALTHCHECK.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from console.cluster.crew import answers_well
from console.cluster.roster import OUTSIDE_WORLD
from console.place import service_names


def main(argv: list[str], environ: Mapping[str, str] = os.environ) -> int:
    """With `health [PATH]`: 0 if the process on HEALTH_PORT answers well at PATH (/readyz), 1 if not."""
    if argv[:1] == ["health"]:
        path = argv[1] if len(argv) > 1 else "/readyz"
        return 0 if answers_well(f"http://127.0.0.1:{environ.get('HEALTH_PORT', '')}{path}") else 1
    print(usage())
    return 0


def usage() -> str:
    """One line per kind of process."""
    services = " | ".join(service_names())
    outside = " | ".join(OUTSIDE_WORLD)
    return f"""直达 Zhida:一个镜像,多种进程。请给出要运行的进程。One image; say which process to run.

  python -m gateway                     网关 · the HTTP door
  python -m chassis.edge.runner SERVICE      服务 · a service: {services}
  python -m chassis.foundation.migrate DATABASE    升级一个数据库 · migrate one database: a service, or gateway
  python -m console.servers.provision_cluster   建库建角色 · databases and roles, as the server's superuser
  python -m sandbox.NAME --port P --book FILE --host H   模拟外部系统 · a stand-in for the outside world: {outside}

设置见 docs/operations.md。Settings are in docs/operations.md."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
