"""Tables, workbooks and feeds that never come to an end: the import says what to do or waits, and its neighbours go on."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from front_office import CITY, ZHANGGONG, catalog_replica, onboarded
from import_kit import HEADING, Office, line, table

from chassis.edge.frame import Frame
from chassis.files import tabular
from chassis.outside.client import Limits
from chassis.time.clock import SystemClock
from console.servers.provision import Dsns
from contracts.rule import Level
from services.catalog.imports.exchange import ExchangeClient
from tests.outside_kit import NEVER_DONE, rude


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], tmp_path: Path) -> Office:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=SystemClock()), dsns)
    replica.hears(onboarded(CITY, None, Level.CITY, "GZ"), onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"))
    return Office(replica, tmp_path, lambda: pytest.fail("nobody asked for a feed"))


def test_one_cell_in_the_farthest_corner_fails_with_what_to_do_while_another_import_goes_on(office: Office) -> None:
    book = openpyxl.Workbook()
    book["Sheet"]["XFD1048576"] = "x"
    file = io.BytesIO()
    book.save(file)
    endless = office.begins(file.getvalue(), format="xlsx")
    beside = office.begins(table([line(0), line(1)]))
    office.works()
    view = office.view(endless)
    assert (view.state, view.notice_code) == ("failed", "table_too_large")
    assert view.notice is not None
    assert view.notice.endswith("请删去远处多余的单元格，或拆分后上传。")
    assert (office.view(beside).state, office.view(beside).accepted) == ("finished", 2)
    assert not list((office.folder / "spool").glob("*/work-*")), "nothing is left lying about"


def test_a_table_of_empty_lines_fails_with_what_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MOST_LINES", 1000)
    view = office.imports(table([line(0)]) + b"\n" * 1000)
    assert (view.state, view.notice_code, view.done) == ("failed", "table_too_large", 0)


def test_a_heading_without_end_is_named_and_not_taken_for_an_empty_table(office: Office) -> None:
    view = office.imports(table([line(0)], HEADING + "," * 2000))
    assert (view.state, view.notice_code) == ("failed", "heading_refused")
    assert view.notice == "第 1 行：列数过多（超过 1000 列）。"
    told = office.imports(table([line(0)], ",".join(f"乱写{n}" for n in range(900)))).notice
    assert told is not None
    assert told.endswith("处。")
    assert len(told) < 5000


@pytest.mark.parametrize("conduct", ["drip", "half-open", "endless"])
def test_an_exchange_that_never_comes_to_an_end_is_waited_for_by_the_job_which_lets_others_go_on(
    office: Office, conduct: str
) -> None:
    with rude(NEVER_DONE[conduct]) as server:
        client = ExchangeClient(server.url, "whsec_c2VjcmV0", limits=Limits(0.5))
        fed = Office(office.replica, office.folder, lambda: client)
        operation = fed.begins(format="feed", feed="enterprises")
        beside = fed.begins(table([line(0)]))
        fed.works()
    view = fed.view(operation)
    assert (view.state, view.done, view.notice_code) == ("running", 0, "feed_away")
    assert fed.view(beside).state == "finished"
    assert fed.replica.rows("SELECT count(*) FROM job WHERE due_at > now()") == [(1,)], "it is tried again later"
