"""The gateway as an operator's program reaches it: its address, the operator's token, and refusals in its own words.

Without an address it is the local cluster's. The token comes from ZHIDA_TOKEN (an operator's own), else from
ZHIDA_PLATFORM_TOKEN (the installation's), else for the local cluster from its home.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from console.cluster.cluster import Cluster
from console.cluster.roster import platform_token
from console.demo.door import DemoDoor, NoAnswer, RequestRefused
from console.refusal import CommandRefusal

PATIENCE_S = 15.0
TOKENS = ("ZHIDA_TOKEN", "ZHIDA_PLATFORM_TOKEN")


@contextmanager
def operator_door(url: str | None) -> Iterator[tuple[DemoDoor, str, str]]:
    """(the gateway, the operator's token, the gateway's address). What it refuses is a CommandRefusal here."""
    cluster = Cluster()
    token = next(filter(None, map(os.environ.get, TOKENS)), None)
    address = url or cluster.url
    if address is None:
        raise CommandRefusal("本机没有运行,请先 ./zhida up,或用 --url 指明网址。", "Nothing runs here; say --url.")
    if token is None and url is None:
        token = platform_token(cluster.home)
    if token is None:
        named = " 或 ".join(TOKENS)
        raise CommandRefusal(f"请在环境变量 {named} 中给出凭证。", f"Neither {' nor '.join(TOKENS)} is set.")
    address = address.rstrip("/")
    door = DemoDoor(address, patience_s=PATIENCE_S)
    try:
        yield door, token, address
    except RequestRefused as refused:
        raise CommandRefusal(str(refused), refused.code) from refused
    except NoAnswer as silence:
        raise CommandRefusal(f"网站没有应答:{silence}", "The gateway does not answer.") from silence
    finally:
        door.close()
