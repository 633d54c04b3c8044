"""Logs: one JSON object a line, from our loggers and from libraries alike.

Each test runs a process of its own, since how logs are written is set for a whole process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
BEFORE = """
import logging, sys
from chassis.observability import telemetry
from chassis.observability.telemetry import bind, get_logger, start_span
log = get_logger("services.treasury")
telemetry.configure("treasury", None)
"""


def run(script: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BEFORE + script]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=True
    )


def said(script: str, **env: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(script, **env).stdout.splitlines()]


def test_a_line_carries_its_text_its_fields_and_where_it_was_said() -> None:
    (line,) = said('log.info("disbursement sent", disbursement="d-1", fen=100, payee="赣州市")')
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "disbursement sent",
        "module": "services.treasury",
        "service": "treasury",
        "disbursement": "d-1",
        "fen": 100,
        "payee": "赣州市",
    }


def test_trace_and_tenant_are_added_by_themselves_and_only_inside() -> None:
    inside, outside = said(
        """
with bind(tenant="zhanggong"), start_span("pay", parent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"):
    log.info("inside")
log.info("outside")
"""
    )
    assert inside["tenant"] == "zhanggong"
    assert inside["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert len(inside["span_id"]) == 16
    assert not {"tenant", "trace_id", "span_id"} & outside.keys()


def test_what_a_line_says_itself_is_not_overwritten_by_what_surrounds_it() -> None:
    (line,) = said('with bind(tenant="zhanggong"): log.info("moved", tenant="xingguo", service="review")')
    assert (line["tenant"], line["service"]) == ("xingguo", "review")


def test_an_exception_is_one_field_of_one_line() -> None:
    (line,) = said(
        """
try:
    1 / 0
except ZeroDivisionError:
    log.exception("command failed", command="pay")
"""
    )
    assert line["level"] == "error"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ZeroDivisionError: division by zero")


def test_libraries_speak_in_the_same_form() -> None:
    lines = said(
        """
with bind(tenant="zhanggong"):
    logging.getLogger("nameko.containers").warning("worker %s is late", 3)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("uvicorn.error").exception("request failed")
logging.getLogger("odd").log(25, "between")
"""
    )
    assert [line["event"] for line in lines] == ["worker 3 is late", "request failed", "between"]
    assert [line["module"] for line in lines] == ["nameko.containers", "uvicorn.error", "odd"]
    assert [line["service"] for line in lines] == ["treasury"] * 3
    assert lines[0]["tenant"] == "zhanggong"
    assert lines[1]["exception"].endswith("division by zero")


def test_configured_twice_a_process_says_everything_once_under_its_last_name() -> None:
    lines = said('telemetry.configure("review", None)\nlog.info("ours")\nlogging.getLogger("kombu").error("theirs")')
    assert [(line["event"], line["service"]) for line in lines] == [("ours", "review"), ("theirs", "review")]


def test_libraries_that_chatter_are_heard_from_warnings_on() -> None:
    lines = said('pika = logging.getLogger("pika.adapters")\npika.info("connected")\npika.warning("lost")')
    assert [line["event"] for line in lines] == ["lost"]


def test_an_exporter_that_cannot_export_says_so_once_a_minute() -> None:
    lines = said('for _ in range(5): logging.getLogger("opentelemetry.exporter").error("Failed to export")')
    assert [line["event"] for line in lines] == ["Failed to export"]


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("DEBUG", ["a", "b", "c"]),
        ("INFO", ["b", "c"]),
        ("warning", ["c"]),
        ("nonsense", ["b", "c"]),
    ],
)
def test_the_level_is_chosen_by_the_environment(level: str, heard: list[str]) -> None:
    lines = said('log.debug("a"); log.info("b"); log.warning("c")', ZHIDA_LOG_LEVEL=level)
    assert [line["event"] for line in lines] == heard


def test_a_field_that_json_cannot_say_costs_neither_the_line_nor_the_work() -> None:
    (line,) = said('log.info("kept", half="赣\\ud800", huge=2**80, thing=object, plain="赣州")')
    assert line["event"] == "kept"
    assert (line["half"], line["huge"], line["plain"]) == ("赣\\ud800", str(2**80), "赣州")


def test_output_is_utf_8_whatever_the_locale() -> None:
    (line,) = said('log.info("sent", payee="赣州市")', PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert line["payee"] == "赣州市"


def test_a_line_that_nobody_can_take_any_more_does_not_stop_the_work() -> None:
    done = run(
        """
import os
os.close(1)
log.info("lost")
logging.getLogger("nameko").warning("lost too")
print("worked", file=sys.stderr)
sys.stdout = None
log.info("and without any stdout")
print("worked on", file=sys.stderr)
"""
    )
    assert done.stderr.splitlines() == ["worked", "worked on"]


def test_a_line_names_the_receipt_that_the_work_is_about_unless_it_names_one_itself() -> None:
    inside, own, outside = said(
        """
from chassis.observability.concerns import concerning, concerns
with concerning():
    concerns("ZD1")
    log.info("inside")
    log.info("one of a batch", receipt="ZD2")
log.info("outside")
"""
    )
    assert (inside["receipt"], own["receipt"]) == ("ZD1", "ZD2")
    assert "receipt" not in outside


def test_what_python_warns_of_is_a_line_like_any_other() -> None:
    ran = run('import warnings; warnings.warn("soon gone", DeprecationWarning, stacklevel=1)', PYTHONWARNINGS="always")
    (line,) = [json.loads(each) for each in ran.stdout.splitlines()]
    assert (line["module"], line["level"]) == ("py.warnings", "warning")
    assert "soon gone" in line["event"]
    assert ran.stderr == ""


def test_a_service_says_nothing_before_its_log_has_its_form() -> None:
    imported = subprocess.run(
        [sys.executable, "-c", "import chassis.edge.runner"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (imported.returncode, imported.stdout, imported.stderr) == (0, "", "")
