"""Named processes: started once, watched, restarted; each with its log, pid file and probe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cluster.crew import Crew, Member, answers_well
from console.machine.ports import Ports
from console.refusal import CommandRefusal

WEB = """
import http.server, os, sys
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()
    def log_message(self, *arguments):
        pass
print("mark", os.environ.get("MARK"), flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
"""


def member(home: Path, name: str, program: str = WEB, path: str = "readyz") -> Member:
    port = Ports(home).claim(name)
    return Member(
        name, [sys.executable, "-c", program, str(port)], dict(os.environ), f"http://127.0.0.1:{port}/{path}", home
    )


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """Two web servers that become ready, one that never does, one that dies at once."""
    crew = Crew(
        tmp_path,
        [
            member(tmp_path, "bank"),
            member(tmp_path, "sms"),
            member(tmp_path, "slow", path="busy"),
            member(tmp_path, "broken", "raise SystemExit('no configuration')"),
        ],
    )
    yield crew
    crew.stop_all()


def test_a_member_is_ready_once_its_probe_says_so(crew: Crew) -> None:
    assert crew.start("bank")
    crew.await_ready(["bank"])
    assert {status.name: status.state for status in crew.status()} == {
        "bank": "ready",
        "sms": "stopped",
        "slow": "stopped",
        "broken": "stopped",
    }


def test_a_running_member_is_not_started_twice(crew: Crew) -> None:
    assert crew.start("bank")
    before = crew.process("bank")
    assert not crew.start("bank")
    assert crew.process("bank") == before


def test_another_command_finds_the_same_members_running(crew: Crew, tmp_path: Path) -> None:
    crew.start("bank")
    again = Crew(tmp_path, [member(tmp_path, "sms")])
    assert again.process("sms") is None
    assert Crew.alive(tmp_path, ["bank", "sms"]) == {"bank"}


def test_a_member_that_was_killed_is_missing_and_one_that_was_stopped_is_not(crew: Crew) -> None:
    crew.start("bank")
    crew.start("sms")
    crew.kill("bank")
    crew.stop("sms")
    assert crew.missing() == ["bank"]
    assert crew.start("bank")
    assert crew.missing() == []


def test_a_member_that_dies_is_reported_with_the_end_of_its_log(crew: Crew) -> None:
    crew.start("broken")
    with pytest.raises(CommandRefusal) as refused:
        crew.await_ready(["broken"])
    assert "broken" in refused.value.zh
    assert "no configuration" in refused.value.zh


def test_a_member_that_is_not_ready_in_time_is_reported(crew: Crew) -> None:
    crew.start("slow")
    with pytest.raises(CommandRefusal, match="超时"):
        crew.await_ready(["slow"], limit_s=0.5)


def test_a_member_is_not_ready_because_somebody_else_answers_on_its_port(crew: Crew, tmp_path: Path) -> None:
    crew.start("bank")
    crew.await_ready(["bank"])
    bank = next(status.probe for status in crew.status() if status.name == "bank")
    usurped = Crew(
        tmp_path,
        [Member("gateway", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ), bank, tmp_path)],
    )
    usurped.start("gateway")
    with pytest.raises(CommandRefusal, match="超时"):
        usurped.await_ready(["gateway"], limit_s=0.5)
    assert [status.state for status in usurped.status()] == ["running"]
    usurped.stop_all()


def test_a_member_that_found_its_port_taken_is_reported_with_who_has_it(crew: Crew, tmp_path: Path) -> None:
    crew.start("bank")
    crew.await_ready(["bank"])
    bank = next(status for status in crew.status() if status.name == "bank")
    late = Crew(
        tmp_path,
        [
            Member(
                "gateway",
                [sys.executable, "-c", WEB, bank.probe.split(":")[2].split("/")[0]],
                dict(os.environ),
                bank.probe,
                tmp_path,
            )
        ],
    )
    late.start("gateway")
    with pytest.raises(CommandRefusal) as refused:
        late.await_ready(["gateway"])
    assert "gateway" in refused.value.zh
    assert f"pid {bank.pid}" in refused.value.zh


def test_one_start_can_be_given_an_environment_of_its_own(crew: Crew, tmp_path: Path) -> None:
    crew.start("bank", {"MARK": "crash-here"})
    crew.await_ready(["bank"])
    assert "mark crash-here" in crew.log("bank").read_text()
    crew.stop("bank")
    crew.start("bank")
    crew.await_ready(["bank"])
    assert crew.log("bank").read_text().splitlines()[-1] == "mark None"


def test_stopping_all_leaves_nobody(crew: Crew) -> None:
    for name in ("bank", "sms", "slow"):
        crew.start(name)
    crew.stop_all()
    assert all(crew.process(name) is None for name in crew.names)


def test_an_unknown_name_is_refused_with_those_that_exist(crew: Crew) -> None:
    with pytest.raises(CommandRefusal, match="bank、sms"):
        crew.start("treasurer")


def test_nothing_that_answers_is_not_ready(tmp_path: Path) -> None:
    assert not answers_well(f"http://127.0.0.1:{Ports(tmp_path).claim('nobody')}/readyz")
