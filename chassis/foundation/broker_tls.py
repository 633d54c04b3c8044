"""`amqps://…`: the broker's certificate is verified, by the authority and by the name that we asked for. Always.

AMQP_CA_FILE names the authority's certificate (PEM) where it is none that the system trusts by itself.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

CA_FILE = "AMQP_CA_FILE"


def kombu_tls(url: str, env: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """What kombu and amqp take for `ssl`; None for a plain `amqp://`. kombu by itself would verify nothing."""
    parts = urlsplit(url)
    if parts.scheme != "amqps":
        return None
    return {
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": env.get(CA_FILE) or None,
        "server_hostname": parts.hostname,
    }


def tls_context(url: str, env: Mapping[str, str] = os.environ) -> ssl.SSLContext | None:
    """The same for who takes a context and the name by itself."""
    if urlsplit(url).scheme != "amqps":
        return None
    return web_context(env)


def web_context(env: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """For the broker's management interface."""
    return ssl.create_default_context(cafile=env.get(CA_FILE) or None)
