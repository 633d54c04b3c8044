"""`python -m gateway`: the HTTP door as one process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

import uvicorn

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.foundation.settings import SettingMissing, Settings
from chassis.observability import telemetry
from gateway.app import create_app
from gateway.bus import Bus
from gateway.identity.credentials.tokens import is_placeholder
from gateway.signing_in import SignInSettings
from gateway.wires import PatientWire, raise_file_limit


def main() -> int:
    try:
        settings = Settings.from_env("gateway")
        sign_in = SignInSettings.from_env()
        objects = Objects.from_env()
        platform_token = platform_token_in(os.environ)
    except SettingMissing as error:
        print(error, file=sys.stderr)
        return 2
    telemetry.configure("gateway", settings.otlp_endpoint)
    frame = Frame(settings)
    frame.wait_for_database()
    app = create_app(
        frame,
        Bus(settings.amqp_url),
        platform_token,
        objects,
        site=os.environ.get("ZHIDA_SITE_TENANT"),
        sign_in=sign_in,
    )
    raise_file_limit()
    # uvicorn gives a signal that ended it to whoever handled it before: the default would kill us before the
    # last spans are sent.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: None)
    uvicorn.run(
        app,
        host=os.environ.get("GATEWAY_HOST", "127.0.0.1"),
        port=int(os.environ.get("GATEWAY_PORT", "8080")),
        loop="uvloop",
        http=PatientWire,
        access_log=False,
        proxy_headers=False,  # whom to believe about where a request comes from, gateway/public_address.py decides
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=10,
    )
    telemetry.shutdown()
    return 0


def platform_token_in(environ: Mapping[str, str]) -> str | None:
    """The installation's own token, which opens everything; None once it has been taken away. Raises SettingMissing for
    one that somebody may guess."""
    token = environ.get("ZHIDA_PLATFORM_TOKEN") or None
    if token is not None and is_placeholder(token):
        raise SettingMissing(
            "ZHIDA_PLATFORM_TOKEN 是示例或过短，任何人都可能猜到：请改为随机的，如 openssl rand -hex 32；"
            "已不需要时请去掉 (a placeholder or too short: draw a random one, or leave it out)"
        )
    return token


if __name__ == "__main__":
    raise SystemExit(main())
