"""Ports: free when chosen, remembered, refused by name when somebody else has the one that was asked for."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from console.machine.ports import LOOPBACK, Ports, answers, is_free
from console.refusal import CommandRefusal


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this test process listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_once_given_is_given_again(tmp_path: Path) -> None:
    first = Ports(tmp_path).claim("intake")
    assert Ports(tmp_path).claim("intake") == first == Ports(tmp_path).known("intake")


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path)
    assert len({ports.claim(f"service-{number}") for number in range(20)}) == 20


def test_a_remembered_port_that_somebody_took_meanwhile_is_replaced(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(f'{{"intake": {taken}}}')
    fresh = Ports(tmp_path).claim("intake")
    assert fresh != taken
    assert is_free(fresh)


def test_a_preferred_port_is_taken_when_free_and_passed_over_when_not(tmp_path: Path, taken: int) -> None:
    ports = Ports(tmp_path)
    free = ports.claim("probe")
    (tmp_path / "ports.json").unlink()
    assert ports.claim("gateway", preferred=free) == free
    assert ports.claim("other", preferred=taken) != taken


def test_a_port_that_was_asked_for_and_is_in_use_is_refused_by_number_and_holder(tmp_path: Path, taken: int) -> None:
    with pytest.raises(CommandRefusal) as refused:
        Ports(tmp_path).claim("gateway", asked=taken)
    assert str(taken) in refused.value.zh
    assert "gateway" in refused.value.zh
    assert f"pid {os.getpid()}" in refused.value.zh
    assert Ports(tmp_path).known("gateway") is None


def test_a_port_that_another_home_remembers_is_not_chosen_though_nobody_listens_on_it_yet(tmp_path: Path) -> None:
    first = Ports(tmp_path / "first").claim("gateway")
    assert is_free(first)
    assert Ports(tmp_path / "second").claim("gateway", preferred=first) != first


def test_a_port_is_anybodys_again_once_its_home_is_gone(tmp_path: Path) -> None:
    first = Ports(tmp_path / "first").claim("gateway")
    shutil.rmtree(tmp_path / "first")
    assert Ports(tmp_path / "second").claim("gateway", preferred=first) == first


def test_two_homes_that_choose_at_once_never_choose_the_same(tmp_path: Path) -> None:
    preferred = Ports(tmp_path / "probe").claim("probe")
    (tmp_path / "probe" / "ports.json").unlink()
    with ThreadPoolExecutor(4) as pool:
        homes = [Ports(tmp_path / f"home-{number}") for number in range(8)]
        chosen = list(pool.map(lambda ports: ports.claim("gateway", preferred=preferred), homes))
    assert len(set(chosen)) == 8
    assert preferred in chosen


def test_ports_can_be_read_while_others_are_being_claimed(tmp_path: Path) -> None:
    ports = Ports(tmp_path)
    first = ports.claim("first")
    with ThreadPoolExecutor(4) as pool:
        claims = [pool.submit(ports.claim, f"service-{number}") for number in range(40)]
        while not all(claim.done() for claim in claims):
            assert ports.known("first") == first
        assert len({claim.result() for claim in claims}) == 40


def test_a_port_answers_only_while_somebody_listens(taken: int, tmp_path: Path) -> None:
    assert answers(taken)
    assert not answers(Ports(tmp_path).claim("nobody"))
