"""How the gateway reads an AMQP URL: as kombu does, on which the services stand."""

from __future__ import annotations

import kombu
import pytest

from gateway.bus_connection import connection_parameters


@pytest.mark.parametrize("path", ["", "/", "//", "/%2F", "/zhida"])
def test_gateway_and_services_meet_in_the_same_virtual_host(path: str) -> None:
    url = f"amqp://guest:p%40ss@127.0.0.1:5673{path}"
    ours, theirs = connection_parameters(url), kombu.Connection(url)
    assert ours.virtual_host == (theirs.virtual_host or "/")
    assert (ours.host, ours.port) == (theirs.hostname, theirs.port)
    assert (ours.credentials.username, ours.credentials.password) == (theirs.userid, theirs.password)


def test_a_silent_broker_is_noticed_whatever_the_url_says() -> None:
    parameters = connection_parameters("amqp://guest:guest@127.0.0.1/?heartbeat=0")
    assert parameters.heartbeat > 0
