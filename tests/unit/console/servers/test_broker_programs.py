"""Where a RabbitMQ can come from, found without running one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from console.machine.processes import PidFile, spawn
from console.machine.quarters import Account, Quarters
from console.refusal import CommandRefusal
from console.servers import broker_programs, rabbitmq
from console.servers.broker_docker import DockerNode
from console.servers.broker_node import BrokerFault
from console.servers.broker_programs import installed_programs, unpacked_programs
from console.servers.rabbitmq import RabbitMQ
from console.setup.debian import DebianArchive, DebianFault

ERL = 'if true\nthen\n    ROOTDIR=/usr/lib/erlang\nfi\nBINDIR="$ROOTDIR/bin"\n'


@pytest.fixture
def quarters(tmp_path: Path) -> Quarters:
    return Quarters(tmp_path, Account("tester", os.geteuid(), os.getegid(), demoted=False))


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def lay_out_server(root: Path) -> Path:
    """Debian's layout below `root`; returns the folder of servers."""
    server = root / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8"
    executable(server / "sbin/rabbitmq-server")
    executable(server / "sbin/rabbitmq-env")
    for plugin in ("rabbit-3.10.8", "rabbitmq_prelaunch-3.10.8", "rabbitmq_management-3.10.8"):
        (server / "plugins" / plugin).mkdir(parents=True)
    executable(root / "usr/lib/erlang/bin/erl", ERL)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/erl").symlink_to("../lib/erlang/bin/erl")
    return root / "usr/lib/rabbitmq/lib"


def test_an_installed_server_is_found_beneath_debians_wrapper(quarters: Quarters, tmp_path: Path) -> None:
    servers = lay_out_server(tmp_path / "system")
    found = installed_programs(quarters, {"PATH": str(tmp_path / "system/usr/bin")}, servers)
    assert found is not None
    assert found.server == servers / "rabbitmq_server-3.10.8/sbin/rabbitmq-server"
    assert found.control == servers / "rabbitmq_server-3.10.8/sbin/rabbitmqctl"


def test_a_server_from_a_tarball_is_found_on_the_path(quarters: Quarters, tmp_path: Path) -> None:
    folder = executable(tmp_path / "opt/sbin/rabbitmq-server").parent
    executable(folder / "rabbitmq-env")
    executable(folder / "erl")
    found = installed_programs(quarters, {"PATH": str(folder)}, tmp_path / "none")
    assert found is not None
    assert found.server == folder / "rabbitmq-server"


def test_a_wrapper_alone_is_not_a_server(quarters: Quarters, tmp_path: Path) -> None:
    folder = executable(tmp_path / "sbin/rabbitmq-server").parent
    executable(folder / "erl")
    assert installed_programs(quarters, {"PATH": str(folder)}, tmp_path / "none") is None


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands in for Debian's archive; the list tells where packages were unpacked."""
    unpacked: list[Path] = []

    def unpack(self: DebianArchive, names: set[str], into: Path) -> None:
        assert names == {"rabbitmq-server"}
        unpacked.append(into)
        lay_out_server(into)
        self._scratch.mkdir()

    monkeypatch.setattr(DebianArchive, "reachable_from_here", staticmethod(lambda: True))
    monkeypatch.setattr(DebianArchive, "closure", lambda self, package, keep: {package})
    monkeypatch.setattr(DebianArchive, "unpack", unpack)
    return unpacked


def test_packages_are_unpacked_once_without_their_plugins(quarters: Quarters, archive: list[Path]) -> None:
    said: list[str] = []
    first = unpacked_programs(quarters, {}, said.append)
    assert first == unpacked_programs(quarters, {}, said.append)
    assert first is not None
    assert len(archive) == len(said) == 1
    plugins = first.server.parent.parent / "plugins"
    assert {plugin.name for plugin in plugins.iterdir()} == {"rabbit-3.10.8", "rabbitmq_prelaunch-3.10.8"}


def test_erlang_is_pointed_at_where_it_lies_even_after_a_move(
    quarters: Quarters, archive: list[Path], tmp_path: Path
) -> None:
    unpacked_programs(quarters, {}, print)
    erl = tmp_path / "programs/rabbitmq/usr/lib/erlang/bin/erl"
    assert f'ROOTDIR="{tmp_path}/programs/rabbitmq/usr/lib/erlang"' in erl.read_text()
    moved = Quarters(tmp_path / "moved", quarters.account)
    moved.folder.mkdir()
    (tmp_path / "programs").rename(tmp_path / "moved/programs")
    unpacked_programs(moved, {}, print)
    erl = tmp_path / "moved/programs/rabbitmq/usr/lib/erlang/bin/erl"
    assert erl.read_text() == ERL.replace(
        "ROOTDIR=/usr/lib/erlang", f'ROOTDIR="{tmp_path}/moved/programs/rabbitmq/usr/lib/erlang"'
    )


def test_libraries_that_the_system_lacks_come_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_programs, "is_installed", lambda package: package == "libc6")
    assert broker_programs._needed("erlang-ssl")
    assert broker_programs._needed("libsctp1")
    assert not broker_programs._needed("libc6")
    assert not broker_programs._needed("logrotate")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """No installed server, no Docker; `nowhere("why")` makes Debian's archive fail with that."""
    monkeypatch.setattr(rabbitmq, "installed_programs", lambda quarters, environ: None)
    monkeypatch.setattr(DockerNode, "engine_answers", staticmethod(lambda: False))

    def fail(why: str) -> None:
        def unpacked(*_: object) -> None:
            raise DebianFault(why)

        monkeypatch.setattr(rabbitmq, "unpacked_programs", unpacked)

    return fail


def test_where_no_broker_can_be_had_one_sentence_says_what_to_do(
    nowhere: Callable[[str], None], tmp_path: Path
) -> None:
    nowhere("archive is silent")
    with pytest.raises(CommandRefusal) as refused:
        RabbitMQ(tmp_path / "home", {}).start()
    for word in ("rabbitmq-server", "Docker", "AMQP_URL", "archive is silent"):
        assert word in refused.value.zh
    assert "\n" not in refused.value.zh


def test_what_was_chosen_first_stays_chosen(
    nowhere: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere("the archive must not be asked")
    home = tmp_path / "home"
    home.mkdir()
    (home / "broker").write_text("docker\n")
    asked: list[str] = []
    monkeypatch.setattr(DockerNode, "engine_answers", staticmethod(lambda: True))
    monkeypatch.setattr(DockerNode, "start", lambda self: asked.append("docker") or "amqp://in-docker/")
    monkeypatch.setattr(DockerNode, "evaluate", lambda self, expression: asked.append(expression[:29]) or "ok")
    assert RabbitMQ(home, {}).start().url == "amqp://in-docker/"
    assert asked == ["docker", "rabbit_definitions:import_raw"]


def test_a_broker_that_does_not_take_what_the_house_needs_is_no_broker(
    nowhere: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere("the archive must not be asked")
    home = tmp_path / "home"
    home.mkdir()
    (home / "broker").write_text("docker\n")
    monkeypatch.setattr(DockerNode, "engine_answers", staticmethod(lambda: True))
    monkeypatch.setattr(DockerNode, "start", lambda self: "amqp://in-docker/")
    monkeypatch.setattr(DockerNode, "evaluate", lambda self, expression: '{error,"no quorum"}')
    with pytest.raises(CommandRefusal, match="no quorum"):
        RabbitMQ(home, {}).start()


def test_a_container_that_cannot_be_made_is_no_choice_for_ever(
    nowhere: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere("archive is silent")

    def no_image(self: DockerNode) -> str:
        raise BrokerFault("no such image")

    monkeypatch.setattr(DockerNode, "engine_answers", staticmethod(lambda: True))
    monkeypatch.setattr(DockerNode, "start", no_image)
    with pytest.raises(CommandRefusal, match="no such image"):
        RabbitMQ(tmp_path / "home", {}).start()
    assert not (tmp_path / "home" / "broker").exists()


@pytest.mark.parametrize("chosen", ["unpacked", "installed"])
def test_taking_a_broker_down_looks_for_no_programs_and_downloads_none(
    chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("programs were looked for")

    monkeypatch.setattr(rabbitmq, "unpacked_programs", never)
    monkeypatch.setattr(rabbitmq, "installed_programs", never)
    home = tmp_path / "home"
    home.mkdir()
    (home / "broker").write_text(f"{chosen}\n")
    node = spawn(
        ["/bin/sleep", "60"],
        pid_file=PidFile(home / "run" / "rabbitmq.pid"),
        log=home / "logs" / "x.log",
        env={},
        cwd=home,
    )
    broker = RabbitMQ(home, {})
    assert broker.running()
    assert broker.pid() == node.pid
    broker.stop()
    assert not node.alive()
    assert not broker.running()
