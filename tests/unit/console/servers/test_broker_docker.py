"""The broker in a container, told by a stand-in for the Docker client: no engine runs where these tests do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from console.machine.ports import Ports
from console.servers import broker_docker
from console.servers.broker_docker import DockerNode

DOCKER = """#!/bin/sh
echo "$*" >> {calls}
case "$1" in
  info) exit {info} ;;
  ps) cat {state} 2>/dev/null || true ;;
  inspect) grep -q running {state} && echo true || echo false ;;
  run) cp "$8" {settings}; echo running > {state} ;;
  start) echo running > {state} ;;
  stop|kill) echo stopped > {state} ;;
  rm) rm {state} ;;
  exec) echo ok ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """`docker(0)` installs the stand-in with an engine that answers; returns the file of its calls."""
    monkeypatch.setattr(broker_docker, "await_login", lambda *arguments: None)

    def install(info: int = 0) -> Path:
        program = tmp_path / "docker"
        program.write_text(
            DOCKER.format(calls=tmp_path / "calls", info=info, state=tmp_path / "state", settings=tmp_path / "settings")
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return tmp_path / "calls"

    return install


def test_an_engine_that_does_not_answer_is_no_engine(docker: Callable[[int], Path]) -> None:
    docker(1)
    assert not DockerNode.engine_answers()
    docker(0)
    assert DockerNode.engine_answers()


def test_the_container_listens_on_loopback_and_keeps_its_password_off_the_command_line(
    docker: Callable[[int], Path], tmp_path: Path
) -> None:
    calls = docker(0)
    home = tmp_path / "home"
    home.mkdir()
    url = DockerNode(home).start()
    port = Ports(home).known("rabbitmq")
    password = url.split(":")[2].split("@")[0]
    assert f"--publish 127.0.0.1:{port}:5672 rabbitmq:4" in calls.read_text()
    assert password not in calls.read_text()
    assert f"RABBITMQ_DEFAULT_PASS={password}" in (tmp_path / "settings").read_text()
    assert list(home.glob("tmp*")) == []


def test_a_container_is_made_once_then_started_and_finally_removed(
    docker: Callable[[int], Path], tmp_path: Path
) -> None:
    calls = docker(0)
    home = tmp_path / "home"
    home.mkdir()
    node = DockerNode(home)
    node.start()
    node.start()
    assert node.running()
    node.kill()
    assert not node.running()
    node.start()
    assert node.evaluate("rabbit:is_running()") == "ok"
    node.stop()
    node.remove()
    verbs = [line.split()[0] for line in calls.read_text().splitlines()]
    assert [verb for verb in verbs if verb not in ("ps", "inspect")] == ["run", "kill", "start", "exec", "stop", "rm"]
