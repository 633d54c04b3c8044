"""Where requests come from, and over which connections people may sign in."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Request

from chassis.foundation.settings import SettingMissing
from gateway.public_address import PublicAddress, counted_as, networks

PROXIED = PublicAddress.from_env({"GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8, ::1"})


def scope(peer: str | None = "203.0.113.7", *forwarded: str, host: str = "127.0.0.1:8700") -> dict[str, Any]:
    headers = [(b"host", host.encode()), *((b"x-forwarded-for", each.encode()) for each in forwarded)]
    return {"type": "http", "client": None if peer is None else (peer, 5000), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),
        ("10.1.2.3", ("198.51.100.1",), "198.51.100.1"),
        ("10.1.2.3", ("192.0.2.66, 198.51.100.1",), "198.51.100.1"),
        ("10.1.2.3", ("192.0.2.66", "198.51.100.1, 10.9.9.9"), "198.51.100.1"),
        ("10.1.2.3", ("198.51.100.1:4711",), "198.51.100.1"),
        ("10.1.2.3", ("[2001:db8::1]:443",), "2001:db8::1"),
        ("10.1.2.3", ("198.51.100.1, somebody",), "10.1.2.3"),
        ("10.1.2.3", (), "10.1.2.3"),
        ("::ffff:10.1.2.3", ("198.51.100.1",), "198.51.100.1"),
        (None, (), None),
    ],
)
def test_the_client_is_the_last_address_that_none_of_our_proxies_has(
    peer: str | None, forwarded: tuple[str, ...], client: str | None
) -> None:
    assert PROXIED.client(scope(peer, *forwarded)) == client


def test_without_proxies_nobody_is_believed() -> None:
    assert PublicAddress().client(scope("10.1.2.3", "198.51.100.1")) == "10.1.2.3"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("localhost", "http://localhost"),
        ("[::1]:8700", "http://[::1]:8700"),
        ("hq.example.gov.cn", None),
        ("127.0.0.1.example.com", None),
        ("", None),
    ],
)
def test_without_a_public_address_people_sign_in_on_this_machine_alone(host: str, origin: str | None) -> None:
    assert PublicAddress().origin(Request(scope(host=host))) == origin


def test_the_public_address_counts_whatever_a_request_says_of_its_host() -> None:
    address = PublicAddress.from_env({"ZHIDA_PUBLIC_URL": "https://hq.example.gov.cn/"})
    assert address.origin(Request(scope(host="evil.example"))) == "https://hq.example.gov.cn"
    assert address.secure


@pytest.mark.parametrize(
    "environment",
    [
        {"ZHIDA_PUBLIC_URL": "http://hq.example.gov.cn"},
        {"ZHIDA_PUBLIC_URL": "https://hq.example.gov.cn/portal"},
        {"ZHIDA_PUBLIC_URL": "hq.example.gov.cn"},
        {"GATEWAY_TRUSTED_PROXIES": "the proxy"},
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(SettingMissing):
        PublicAddress.from_env(environment)


def test_requests_are_counted_by_one_address_or_by_what_one_household_has() -> None:
    assert counted_as("203.0.113.7") == "203.0.113.7"
    assert counted_as("2001:db8:1:2:3:4:5:6") == counted_as("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert counted_as("::ffff:203.0.113.7") == "203.0.113.7"
    assert counted_as("somebody") == "somebody"
    assert networks("") == ()
