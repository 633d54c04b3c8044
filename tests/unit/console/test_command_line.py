"""What the command line says and does without a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from console.__main__ import main
from console.cluster.cluster import Cluster
from console.machine.ports import Ports
from console.place import CHECKOUT
from console.refusal import CommandRefusal
from console.servers.broker_node import BrokerFault
from console.servers.rabbitmq import AmqpAddress, RabbitMQ


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHIDA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AMQP_URL", raising=False)
    return tmp_path / "home"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    for command in (
        "demo",
        "test",
        "lint",
        "up",
        "down",
        "status",
        "restart",
        "logs",
        "verify",
        "work",
        "bench",
        "migrate",
    ):
        assert f"    {command} " in said


def test_a_command_with_a_program_of_its_own_gets_all_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    program = ModuleType("console.demo")
    got: list[str] = []
    program.main = lambda argv: got.extend(argv) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "console.demo", program)
    assert main(["demo", "--once", "--json", "out.json"]) == 7
    assert got == ["--once", "--json", "out.json"]


def test_an_unknown_bench_is_answered_with_those_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "moon"]) == 2
    assert "./zhida bench" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["up", "treasurer"], ["restart", "treasurer"], ["logs", "treasurer"]])
def test_an_unknown_process_is_answered_with_those_that_exist(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert "treasurer" in said
    assert "gateway" in said


def test_the_status_of_what_never_ran_is_that_it_does_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 1
    assert "尚未启动" in capsys.readouterr().out


def test_taking_down_what_never_ran_is_no_fault() -> None:
    assert main(["down"]) == 0


def test_an_up_that_was_ended_before_anything_started_can_be_taken_down(home: Path) -> None:
    Cluster()
    Ports(home).claim("gateway")
    assert main(["status"]) == 1
    assert main(["down"]) == 0


def test_wiping_removes_what_is_ours_and_nothing_else(home: Path) -> None:
    Cluster().rabbitmq.stop()
    (home / "books" / "bank.sqlite").touch()
    (home / "holiday-photos").mkdir()
    assert main(["down", "--wipe"]) == 0
    assert [file.name for file in home.iterdir()] == ["holiday-photos"]


@pytest.mark.parametrize("port", ["web", "0", "70000", "-1"])
def test_a_gateway_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", port)
    with pytest.raises(CommandRefusal, match="GATEWAY_PORT"):
        Cluster()


def test_a_broker_that_amqp_url_names_is_not_ours_to_stop_or_to_change(home: Path) -> None:
    broker = RabbitMQ(home, {"AMQP_URL": "amqp://their.host/"})
    broker.stop()
    with pytest.raises(CommandRefusal, match="AMQP_URL"):
        broker.kill()
    with pytest.raises(CommandRefusal, match="AMQP_URL"):
        broker.add_vhost("mine")


@pytest.mark.parametrize("name", ['x">>, evil', "", "a b", "中"])
def test_a_virtual_host_with_an_unsafe_name_is_never_asked_for(home: Path, name: str) -> None:
    with pytest.raises(BrokerFault):
        RabbitMQ(home, {}).add_vhost(name)


def test_an_amqp_address_can_be_moved_to_another_virtual_host() -> None:
    assert AmqpAddress("amqp://u:p@127.0.0.1:1/zhida").at_vhost("w/1").url == "amqp://u:p@127.0.0.1:1/w%2F1"


def test_a_reader_that_has_seen_enough_is_no_fault_of_the_command() -> None:
    """`./zhida facts | head -1`: no traceback stands below the line."""
    told = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{sys.executable}' -P -m console facts | head -1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    assert (len(told.stdout.splitlines()), told.stderr) == (1, "")


def test_another_pipe_that_breaks_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = ModuleType("console.demo")

    def broken(_argv: list[str]) -> int:
        raise BrokenPipeError

    program.main = broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "console.demo", program)
    with capfd.disabled(), pytest.raises(BrokenPipeError):
        main(["demo"])
