"""`./zhida bench pages [--json FILE] [--seconds N]`: pages beside the JSON routes that feed them, in one run.

The item page and the department's work list, each at 32 connections, in rounds, beside the route that asks the same
question of the same service. Every one of our processes runs all the while. The work list's officer is signed in as any
other is: a person with duties, an account, a session.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

import httpx

from bench import filings
from bench.api import Figures
from bench.house import House, house
from bench.load import request, run
from bench.surroundings import report, surroundings
from console.cluster.roster import platform_token
from console.demo.door import DemoDoor
from console.demo.people import DemoPeople, officer_of
from console.demo.sign_ins import Audience, make_sign_in
from console.demo.visitor import PageVisitor
from console.machine.ports import LOOPBACK
from console.place import GATEWAY
from console.progress import LiveProgress
from gateway.portal.department.cases.pages import ROWS

CONNECTIONS = 32
ROUNDS = 3
CASES = 400
AIM_RATIO = 0.5
AIM_KB = 100
NAMES = ("item_json", "item_page", "list_json", "list_page")
TITLES = {
    "item_json": "办事指南 JSON",
    "item_page": "事项页 item page",
    "list_json": "办件清单 JSON",
    "list_page": "工作清单 work list",
}


class PageContest:
    """The four, with what each is sent."""

    def __init__(self, where: House, url: str, token: str) -> None:
        self._where = where
        self._url = url
        self._token = token
        self.figures = {name: Figures() for name in NAMES}
        self.kilobytes: dict[str, float] = {}
        self._requests: dict[str, str] = {}

    def prepare(self) -> None:
        """An item, cases of it, and an officer at their desk."""
        place = self._where
        gateway = filings.frame_of(GATEWAY, place.dsns[GATEWAY], place.amqp_url, place.cipher(GATEWAY))
        catalog = filings.frame_of("catalog", place.dsns["catalog"], place.amqp_url, place.cipher("catalog"))
        filings.onboard_places(gateway)
        item_id = filings.publish_item(catalog)
        enterprises = filings.issue_tokens(gateway, filings.register_enterprises(catalog, CASES))
        gateway.stop()
        catalog.stop()
        place.settle()
        body = filings.form(item_id, 1)
        sent = [filings.submission(enterprise, body) for enterprise in enterprises]
        filed = run(self._where.port(GATEWAY), sent, connections=CONNECTIONS, seconds=120, once=True)
        assert not filed.failures, f"some applications were refused: {filed.failures}"
        place.settle()
        token, cookie = self._officer()
        listed = f"state=accepted&order=due&limit={ROWS}"
        bearer = {"Authorization": f"Bearer {token}"}
        self._requests = {
            "item_json": request("GET", f"/api/v1/policies/{item_id}/guide"),
            "item_page": request("GET", f"/items/{item_id}"),
            "list_json": request("GET", f"/api/v1/cases?{listed}", bearer),
            "list_page": request("GET", "/department/cases", {"Cookie": cookie}),
        }
        self._weigh(item_id, listed, bearer, cookie)

    def round(self, seconds: float) -> None:
        """Each once, in turn."""
        for name in NAMES:
            outcome = run(self._where.port(GATEWAY), [self._requests[name]], connections=CONNECTIONS, seconds=seconds)
            self.figures[name].rounds.append(outcome)

    def forget(self) -> None:
        """What was measured until now was warming up."""
        for figures in self.figures.values():
            figures.rounds.clear()

    def _officer(self) -> tuple[str, str]:
        """A bearer token and a session cookie of the same officer."""
        department = str(filings.sample_item()["rules"]["plan"]["department"])
        office = officer_of(department)
        door = DemoDoor(self._url)
        people = DemoPeople(door, self._token, filings.COUNTY)
        token = people.appoint(office)
        sign_in = make_sign_in(Audience("guanyuan", office, True, ""), self._url, door, self._token)
        door.close()
        with PageVisitor(self._url) as visitor:
            visitor.sign_in(sign_in)
            visitor.open("/department/cases")
            cookies = visitor.client.cookies.jar
            return token, "; ".join(f"{each.name}={each.value}" for each in cookies)

    def _weigh(self, item_id: str, listed: str, bearer: dict[str, str], cookie: str) -> None:
        """Kilobytes over the wire, as a browser takes them: compressed where we compress."""
        paths = {
            "item_json": (f"/api/v1/policies/{item_id}/guide", {}),
            "item_page": (f"/items/{item_id}", {}),
            "list_json": (f"/api/v1/cases?{listed}", bearer),
            "list_page": ("/department/cases", {"Cookie": cookie}),
        }
        with httpx.Client(base_url=self._url, trust_env=False, timeout=30) as client:
            for name, (path, headers) in paths.items():
                with client.stream("GET", path, headers=headers) as answer:
                    assert answer.status_code == 200, f"{path}: {answer.status_code}"
                    self.kilobytes[name] = sum(len(chunk) for chunk in answer.iter_raw()) / 1000


def main(argv: list[str]) -> int:
    """0 when everything was answered with success, whatever the figures; else 1."""
    parser = argparse.ArgumentParser(prog="./zhida bench pages")
    parser.add_argument("--json")
    parser.add_argument("--seconds", type=float, default=4.0, help="每轮每项的秒数 seconds of each in each round")
    arguments = parser.parse_args(argv)
    busy = os.getloadavg()[0]
    with LiveProgress() as progress, surroundings() as place, house(place, progress) as where:
        url = f"http://{LOOPBACK}:{where.port(GATEWAY)}"
        contest = PageContest(where, url, platform_token(place.home))
        with progress.step(f"{CASES} 件申报与一名审核人员"):
            contest.prepare()
        with progress.step("预热"):
            contest.round(1.0)
            contest.forget()
        for number in range(1, ROUNDS + 1):
            with progress.step(f"第 {number} 轮"):
                contest.round(arguments.seconds)
            time.sleep(0.2)
    figures = figures_of(contest) | {"machine_load_before": round(busy, 1)}
    report("网页 pages", rows_of(contest, figures), figures, arguments.json)
    failed = {name: each.failures for name, each in contest.figures.items() if each.failures}
    if failed:
        print(f"有请求没有成功,以上数字不可用 (some requests failed, do not use these figures): {failed}")
    return 1 if failed else 0


def figures_of(contest: PageContest) -> dict[str, Any]:
    """What goes into the JSON file: pages a second, ratios to JSON, p99 in milliseconds, kilobytes over the wire."""
    figures: dict[str, Any] = {f"{name}_per_s": round(each.per_s, 1) for name, each in contest.figures.items()}
    for page in ("item", "list"):
        figures[f"{page}_ratio"] = round(figures[f"{page}_page_per_s"] / figures[f"{page}_json_per_s"], 3)
    for name, each in contest.figures.items():
        figures[f"{name}_p50_ms"] = round(each.latency_ms(50), 2)
        figures[f"{name}_p99_ms"] = round(each.latency_ms(99), 2)
        figures[f"{name}_kb"] = round(contest.kilobytes[name], 1)
    return figures | {"connections": CONNECTIONS, "cases": CASES}


def rows_of(contest: PageContest, figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The table: what, how quick, how it stands to its aim."""
    rows = []
    for name in NAMES:
        said = f"{figures[f'{name}_per_s']:,.0f}/s  p50 {figures[f'{name}_p50_ms']:.1f} ms  p99 {figures[f'{name}_p99_ms']:.1f} ms"
        remark = f"{figures[f'{name}_kb']:.1f} kB"
        if name.endswith("_page"):
            ratio = figures[f"{name.partition('_')[0]}_ratio"]
            remark += f"（目标 ≤ {AIM_KB}）；为 JSON 的 {ratio:.2f}（目标 ≥ {AIM_RATIO}）"
        rows.append((TITLES[name], said, remark))
    return rows
