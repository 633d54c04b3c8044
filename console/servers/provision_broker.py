"""`python -m console.servers.provision_broker`: the bus of an installation on a RabbitMQ of its own.

Run by whoever administers the broker, before processes of a new version start, and again after a changed password; it
repeats safely. It reads BROKER_ADMIN_URL (`https://administrator:password@host:15671/vhost`, the management plugin's),
one password per user, `<SERVICE>_BROKER_PASSWORD` (services, GATEWAY and OPERATOR), and AMQP_CA_FILE for `https`. With
`--print` it asks nobody and writes the definitions, for `rabbitmqctl import_definitions` or an operator of the cluster.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from chassis.foundation.broker_tls import web_context
from console.refusal import CommandRefusal
from console.servers.broker_topology import USERS, definitions
from console.servers.provision_cluster import PASSWORD

ADMIN = "BROKER_ADMIN_URL"
TIMEOUT_S = 60.0


def main(argv: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> int:
    """0 when everything is there as it should be; 1 with the reason."""
    try:
        if "--print" in argv:
            print(json.dumps(wanted(environ), indent=1))
        else:
            provision_broker(environ)
            print("消息服务已就绪 · the broker is ready")
    except CommandRefusal as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def wanted(environ: Mapping[str, str]) -> dict[str, Any]:
    """The definitions. Refuses, naming every setting that is missing or unusable."""
    settings = {name: f"{name}_broker_password".upper() for name in USERS}
    bad = [setting for setting in settings.values() if not PASSWORD.fullmatch(environ.get(setting, ""))]
    vhost = unquote(urlsplit(environ.get(ADMIN, "")).path.removeprefix("/"))
    if bad or not vhost:
        missing = [*([] if vhost else [f"{ADMIN}(以 /虚拟主机 结尾)"]), *bad]
        raise CommandRefusal(
            f"缺少或不可用的设置(口令须为 16–128 个字母、数字、- 或 _):{'、'.join(missing)}",
            "Settings are missing, or are no passwords of 16 to 128 letters, digits, - and _.",
        )
    return definitions(vhost, {name: environ[setting] for name, setting in settings.items()})


def provision_broker(environ: Mapping[str, str]) -> None:
    """One call to the management plugin. Refuses with what the broker said."""
    document = wanted(environ)
    admin = urlsplit(environ[ADMIN])
    address = admin._replace(netloc=admin.netloc.rpartition("@")[2], path="/api/definitions").geturl()
    login = (unquote(admin.username or ""), unquote(admin.password or ""))
    try:
        answer = httpx.post(
            address, json=document, auth=login, timeout=TIMEOUT_S, trust_env=False, verify=web_context(environ)
        )
    except (httpx.HTTPError, OSError) as error:
        raise CommandRefusal(f"消息服务的管理接口无法访问:{error}", f"The broker was not reached: {error}") from error
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise CommandRefusal(
            f"{ADMIN} 的用户或口令不对,或不是管理员。", f"{ADMIN} names nobody who administers the broker."
        )
    if not answer.is_success:
        said = answer.text[:500]
        raise CommandRefusal(f"消息服务没有接受({answer.status_code}):{said}", f"The broker refused: {said}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
