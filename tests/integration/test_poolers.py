"""A pooler that lends sessions for one transaction is found out at start; one that lends them for good will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from pooler_kit import pooler

from chassis.edge.frame import Frame
from chassis.foundation.database import PoolerInTransactionMode, connect_engine, refuse_transaction_pooler
from console.servers.provision import Dsns


@pytest.fixture
def url(empty_database: Callable[[str], Dsns]) -> str:
    return empty_database("notify").app


def look(url: str, size: int = 1) -> None:
    engine = connect_engine(url, size=size, name="zhida-test")
    try:
        refuse_transaction_pooler(engine)
    finally:
        engine.dispose()


@pytest.mark.parametrize("returned", ["last", "first"])
@pytest.mark.parametrize("sessions", [1, 2, 3, 5])
def test_a_pooler_that_lends_sessions_for_a_transaction_is_refused(
    sessions: int, returned: Literal["last", "first"], url: str
) -> None:
    with (
        pooler(url, "transaction", sessions=sessions, returned=returned) as lent,
        pytest.raises(PoolerInTransactionMode, match="transaction 模式"),
    ):
        look(lent)


def test_a_pooler_that_lends_sessions_for_good_will_do(url: str) -> None:
    with pooler(url, "session", sessions=3) as lent:
        look(lent)


def test_the_server_itself_will_do(url: str) -> None:
    look(url)


def test_a_service_does_not_start_behind_such_a_pooler(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]
) -> None:
    dsns = service_database("notify")
    with pooler(dsns.frame, "transaction", sessions=2) as lent:
        frame = service_frame("notify", dsns=Dsns(dsns.app, lent, dsns.owner))
        with pytest.raises(PoolerInTransactionMode, match="拒绝启动"):
            frame.wait_for_database()
