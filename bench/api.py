"""`./zhida bench api [--json FILE] [--seconds N]`: our gateway beside what it stands on, in one run.

Five are measured at 64 connections, in rounds, one after the other in each, so that what else the machine does
hits all alike: a bare route; a stock nameko gateway asking the tracking query; our tracking; a minimal program
that inserts one row; our submit with everything on. Every one of our processes runs all the while, traces are
exported to a sink, each submission of a round is signed in anew by an enterprise of its own, and after each round of
submissions it is timed until review has accepted the last of them and tracking says so.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from bench import filings
from bench.house import SINK, House, house
from bench.load import Outcome, request, run
from bench.surroundings import percentile, report, surroundings
from console.machine.ports import LOOPBACK
from console.place import GATEWAY
from console.progress import LiveProgress

CONNECTIONS = 64
ROUNDS = 3
WARM_UP_S = 2.0
FILINGS_PER_S = 500
"""Enterprises are made for so many submissions a second of one round; a faster round ends when it runs out of them."""

LAG_LIMIT_S = 300.0
ACCEPTED = "SELECT count(*) FROM tracking WHERE jsonb_path_exists(steps, '$.*.code ? (@ == \"CaseAccepted\")')"


@dataclass
class Figures:
    """All rounds of one measurement together."""

    rounds: list[Outcome] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        return sum(len(each.latencies) for each in self.rounds) / sum(each.seconds for each in self.rounds)

    @property
    def failures(self) -> dict[int, int]:
        return {status: count for each in self.rounds for status, count in each.failures.items()}

    def latency_ms(self, percent: float) -> float:
        return percentile([latency for each in self.rounds for latency in each.latencies], percent)


class Contest:
    """The five, with what each is sent."""

    def __init__(self, where: House, seconds: float) -> None:
        self._where = where
        self._seconds = seconds
        self.bare, self.stock, self.read, self.minimal, self.submit = (Figures() for _ in range(5))
        self.lags: list[float] = []
        self._item_id = ""
        self._enterprises: list[filings.Enterprise] = []
        self._receipts: list[tuple[str, str]] = []
        self._submitted = 0

    def prepare(self) -> None:
        """Fill the house with those who will file, and wait until it knows them."""
        place = self._where
        gateway = filings.frame_of(GATEWAY, place.dsns[GATEWAY], place.amqp_url, place.cipher(GATEWAY))
        catalog = filings.frame_of("catalog", place.dsns["catalog"], place.amqp_url, place.cipher("catalog"))
        filings.onboard_places(gateway)
        self._item_id = filings.publish_item(catalog)
        ids = filings.register_enterprises(catalog, int(self._seconds * FILINGS_PER_S))
        self._enterprises = filings.issue_tokens(gateway, ids)
        gateway.stop()
        catalog.stop()
        place.settle()

    def warm_up(self) -> None:
        """Nothing of this counts; it leaves receipts to ask for."""
        self.round(0, WARM_UP_S)
        for figures in (self.bare, self.stock, self.read, self.minimal, self.submit):
            figures.rounds.clear()
        self.lags.clear()

    def round(self, number: int, seconds: float) -> None:
        """Each once, in turn. An enterprise files once a round, each time for another event."""
        body = filings.form(self._item_id, number)
        filed = self._ours(
            [filings.submission(enterprise, body) for enterprise in self._enterprises], seconds, once=True
        )
        self.submit.rounds.append(filed)
        self._await_acceptance(filed)
        sent = request("POST", "/applications", body=body)
        self.minimal.rounds.append(self._load("minimal", [sent], seconds))
        self.bare.rounds.append(self._load("bare", [request("GET", "/ready")], seconds))
        asked = [f"{receipt}?code={code}" for receipt, code in self._receipts[-2000:]]
        self.read.rounds.append(self._ours([request("GET", f"/api/v1/track/{each}") for each in asked], seconds))
        stock = [request("GET", f"/track/{each}") for each in asked]
        self.stock.rounds.append(self._load("stock_gateway", stock, seconds))

    def ceiling(self) -> Outcome:
        """What the load generator does when the server does nothing."""
        return self._load(SINK, [request("GET", "/ready")], WARM_UP_S)

    def traced(self) -> dict[str, int]:
        """Exports that the sink has taken, and their bytes."""
        told: dict[str, int] = httpx.get(f"http://{LOOPBACK}:{self._where.port(SINK)}/taken").json()
        return told

    def _ours(self, requests: Sequence[str], seconds: float, *, once: bool = False) -> Outcome:
        return run(
            self._where.port(GATEWAY), requests, connections=CONNECTIONS, seconds=seconds, once=once, bodies=once
        )

    def _load(self, name: str, requests: Sequence[str], seconds: float) -> Outcome:
        return run(self._where.port(name), requests, connections=CONNECTIONS, seconds=seconds)

    def _await_acceptance(self, filed: Outcome) -> None:
        """Time from the last answer until tracking shows every one as accepted; then let everything settle."""
        began = time.monotonic()
        answers = [orjson.loads(body) for body in filed.bodies]
        self._receipts += [(each["receipt"], each["query_code"]) for each in answers]
        self._submitted += len(answers)
        with httpx.Client(base_url=f"http://{LOOPBACK}:{self._where.port(GATEWAY)}") as client:
            for receipt, code in reversed(self._receipts[-CONNECTIONS:]):
                while _state(client, receipt, code) != "accepted":
                    if time.monotonic() - began > LAG_LIMIT_S:
                        raise TimeoutError(f"{receipt} is not accepted {LAG_LIMIT_S} s after it was filed")
                    time.sleep(0.02)
        while self._where.look("oversight", ACCEPTED) < self._submitted:
            if time.monotonic() - began > LAG_LIMIT_S:
                raise TimeoutError(f"not all of {self._submitted} applications are accepted after {LAG_LIMIT_S} s")
            time.sleep(0.05)
        self.lags.append(time.monotonic() - began)
        self._where.settle()


def _state(client: httpx.Client, receipt: str, code: str) -> str:
    answer = client.get(f"/api/v1/track/{receipt}", params={"code": code})
    return str(answer.json().get("state")) if answer.status_code == 200 else ""


def main(argv: list[str]) -> int:
    """0 when everything that was sent was answered with success, whatever the figures; else 1."""
    parser = argparse.ArgumentParser(prog="./zhida bench api")
    parser.add_argument("--json")
    parser.add_argument("--seconds", type=float, default=4.0, help="每轮每项的秒数 seconds of each in each round")
    arguments = parser.parse_args(argv)
    busy = os.getloadavg()[0]
    with LiveProgress() as progress, surroundings() as place, house(place, progress) as where:
        contest = Contest(where, arguments.seconds)
        with progress.step("登记企业与账户"):
            contest.prepare()
        with progress.step("预热"):
            contest.warm_up()
        for number in range(1, ROUNDS + 1):
            with progress.step(f"第 {number} 轮"):
                contest.round(number, arguments.seconds)
        ceiling = contest.ceiling()
        traced = contest.traced()
    figures = figures_of(contest, ceiling, traced) | {"machine_load_before": round(busy, 1)}
    report("网关 gateway", rows_of(contest, figures), figures, arguments.json)
    failed = {name: each.failures for name, each in _named(contest).items() if each.failures}
    if failed:
        print(f"有请求没有成功,以上数字不可用 (some requests failed, do not use these figures): {failed}")
    if busy > (os.cpu_count() or 1) / 2:
        print(f"测量开始时本机已有负载 {busy:.1f},数字偏低 (the machine was busy already: these figures are too low)")
    return 1 if failed else 0


def _named(contest: Contest) -> dict[str, Figures]:
    return {name: getattr(contest, name) for name in ("bare", "minimal", "read", "submit", "stock")}


def figures_of(contest: Contest, ceiling: Outcome, traced: dict[str, int]) -> dict[str, Any]:
    """What goes into the JSON file: rates a second, times in milliseconds, the lag in seconds."""
    named = _named(contest)
    bare, minimal, read, submit, stock = (each.per_s for each in named.values())
    figures: dict[str, Any] = {f"{name}_per_s": round(each.per_s, 1) for name, each in named.items()}
    figures |= {
        "read_ratio": round(read / bare, 3), "read_vs_stock": round(read / stock, 3),
        "submit_ratio": round(submit / minimal, 3), "downstream_lag_s": round(max(contest.lags), 2),
    }  # fmt: skip
    for percent in (50, 99):
        figures |= {f"{name}_p{percent}_ms": round(each.latency_ms(percent), 2) for name, each in named.items()}
    figures |= {
        "submitted": sum(len(each.latencies) for each in contest.submit.rounds), "connections": CONNECTIONS,
        "load_ceiling_per_s": round(len(ceiling.latencies) / ceiling.seconds), "trace_exports": traced["exports"],
        "trace_bytes": traced["bytes"],
    }  # fmt: skip
    return figures


def rows_of(contest: Contest, figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The same for people, with what was aimed at."""
    words = {
        "bare": ("裸路由 bare route", ""),
        "minimal": ("最小程序 minimal program", "FastAPI + SQLAlchemy,插入一行并提交"),
        "read": (
            "进度查询 tracking",
            f"为裸路由的 {figures['read_ratio']:.2f}(≥ 0.10),为原生 nameko 的 {figures['read_vs_stock']:.2f}(≥ 1.2)",
        ),
        "submit": ("申报 submit", f"为最小程序的 {figures['submit_ratio']:.2f}(≥ 0.3)"),
        "stock": ("原生 nameko stock", "同一查询,nameko 自带的 HTTP 网关"),
    }
    rows = []
    for name, each in _named(contest).items():
        p50, p99 = each.latency_ms(50), each.latency_ms(99)
        tail = f"p99 为 p50 的 {p99 / p50:.1f} 倍(≤ 10)"
        remark = f"{words[name][1]};{tail}" if name in ("read", "submit") else words[name][1]
        rows.append((words[name][0], f"{each.per_s:,.0f}/s  p50 {p50:.1f} ms  p99 {p99:.1f} ms", remark))
    lags = "、".join(f"{lag:.1f}" for lag in contest.lags)
    rows.append(
        ("下游滞后 downstream lag", f"{figures['downstream_lag_s']:.1f} s", f"各轮 {lags} s;申报停止至全部显示已受理")
    )
    rows.append(("压测上限 load ceiling", f"{figures['load_ceiling_per_s']:,}/s", f"{CONNECTIONS} 个连接,对空应答服务"))
    return rows
