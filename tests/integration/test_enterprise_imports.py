"""Importing enterprises on a real database: what is new is taken, what is broken is told, nothing is done twice."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from frame_kit import psycopg_url
from front_office import CITY, ZHANGGONG, catalog_replica, onboarded, sample_content
from import_kit import BUREAU, CODES, NAMES, Office, line, table
from sqlalchemy.exc import IntegrityError

from chassis.edge.frame import Frame
from chassis.foundation.database import violated_constraint
from chassis.operations import runs as operation_runs
from chassis.testing.waiting import eventually
from chassis.time.clock import SystemClock
from console.servers.provision import Dsns
from contracts.fact_records import WithdrawFacts
from contracts.operations import ResumeOperation
from contracts.rule import Level
from sandbox.testing import RunningProgram
from services.catalog.imports.exchange import ExchangeClient
from services.catalog.imports.use_cases import ImportRefused

SECRET = "whsec_" + base64.b64encode(b"exchange-test-secret-of-32-bytes").decode()


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningProgram]:
    monkeypatch.setenv("DATA_EXCHANGE_SECRET", SECRET)
    with RunningProgram("sandbox.data_exchange", tmp_path / "exchange.sqlite") as program:
        yield program


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], tmp_path: Path) -> Office:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=SystemClock()), dsns)
    replica.hears(onboarded(CITY, None, Level.CITY, "GZ"), onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"))
    return Office(replica, tmp_path, lambda: pytest.fail("nobody asked for a feed"))


# -- tables ------------------------------------------------------------------------------------------------


def test_enterprises_of_a_table_are_registered_with_their_facts_and_events(office: Office) -> None:
    view = office.imports(table([line(row) for row in range(1200)]))
    assert (view.state, view.total, view.done, view.accepted, view.refused) == ("finished", 1200, 1200, 1200, 0)
    file = office.file_of(7)
    assert (file["name"], file["industry"], file["contact_masked"]) == (NAMES[7], "软件业", "138****0007")
    facts = {fact["name"]: fact for fact in file["facts"]}
    assert facts["revenue"] == {
        "name": "revenue",
        "kind": "number",
        "value": "1200.5",
        "unit": "万元",
        "period": "2025",
        "source": "章贡区统计局",
        "source_kind": None,
        "as_of": "2026-03-01",
        "valid_until": None,
    }
    assert (facts["above_scale"]["value"], facts["tax_credit_grade"]["value"]) == (True, "A")
    events = [json.loads(body) for body in office.replica.said()]
    assert [event["type"].rpartition(".")[2] for event in events].count("EnterpriseRegistered") == len(events) == 1200
    said = next(event["data"] for event in events if event["data"]["name"] == NAMES[7])
    assert sorted(said["facts"], key=lambda fact: fact["name"]) == file["facts"], "one event says all of it"
    assert office.count("audit_fact WHERE aggregate_type = 'enterprise' AND actor = 'officer-9'") == 1200


def test_the_same_file_twice_is_harmless_and_says_so(office: Office) -> None:
    content = table([line(row) for row in range(30)])
    office.imports(content)
    before = (office.count("enterprise_fact"), office.count("outbox"))
    view = office.imports(content)
    assert (view.state, view.accepted, view.unchanged) == ("finished", 0, 30)
    assert (office.count("enterprise_fact"), office.count("outbox")) == before
    assert {each.code for each in office.lines(view)} == {"unchanged"}


def test_known_enterprises_get_the_facts_that_are_new_and_keep_their_names(office: Office) -> None:
    office.imports(table([line(row) for row in range(3)]))
    changed = [line(0, revenue="9999"), line(1).replace(NAMES[1], "另一家示例有限公司"), line(2)]
    view = office.imports(table(changed), as_of="2026-03-02")
    assert (view.accepted, view.unchanged) == (3, 0)
    named, recorded = [each for each in office.lines(view) if each.line == 3]
    assert (named.column, named.code, recorded.code) == ("企业名称", "name_change_needed", "facts_recorded")
    facts = {fact["name"]: fact["value"] for fact in office.file_of(0)["facts"]}
    assert facts["revenue"] == "9999"
    assert office.file_of(1)["name"] == NAMES[1]


def test_a_broken_line_is_told_with_line_column_and_every_reason_while_the_good_ones_load(office: Office) -> None:
    wrong_code = CODES[1][:-1] + ("0" if CODES[1][-1] != "0" else "1")
    content = table(
        [
            line(0),
            f"{wrong_code},{NAMES[1]},软件业,12345,很多,是,A",
            '"unclosed',
            line(2) + ",and,more",
            f"{CODES[3]},{NAMES[3]},软件业,,1,否,B",
            line(4),
        ]
    )
    view = office.imports(content)
    assert (view.state, view.accepted, view.refused) == ("finished", 2, 4)
    told = [(each.line, each.column, each.code) for each in office.lines(view, outcome="refused")]
    assert told == [
        (3, "统一社会信用代码", "uscc_invalid"),
        (3, "联系手机", "mobile_invalid"),
        (3, "revenue:2025:万元", "value_invalid"),
        (4, None, "line_unreadable"),
        (5, None, "too_many_cells"),
        (6, None, "contact_missing"),
    ]
    said = "A3：统一社会信用代码有误：校验码不符，请核对是否抄错；证照上确是如此的，可申请核准该代码。"
    assert office.lines(view, outcome="refused")[0].message == said
    assert office.count("enterprise") == 2


def test_one_enterprise_in_several_lines_is_one_file(office: Office) -> None:
    view = office.imports(table([line(0), line(0), line(0, revenue="7")]))
    assert [each.code for each in office.lines(view)] == ["registered", "unchanged", "facts_recorded"]
    assert office.count("enterprise") == 1


def test_a_withdrawn_fact_does_not_come_back_with_the_same_file(office: Office) -> None:
    office.imports(table([line(0)]))
    enterprise = office.file_of(0)["enterprise_id"]
    office.replica.ordered(
        WithdrawFacts(enterprise_id=enterprise, records=("1-0",), reason="统计口径有误"), actor=BUREAU
    )
    view = office.imports(table([line(0)]))
    (result,) = office.lines(view)
    assert (result.outcome, result.message) == ("unchanged", "1 项数据此前已撤回，未重新载入。")
    assert "revenue" not in {fact["name"] for fact in office.file_of(0)["facts"]}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_tables_of_either_encoding_are_read(office: Office, encoding: str) -> None:
    view = office.imports(table([line(0)]).decode().encode(encoding))
    assert view.accepted == 1
    assert office.file_of(0)["name"] == NAMES[0]


def test_a_workbook_is_read_with_its_own_types_and_row_numbers(office: Office) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(
        ["统一社会信用代码", "企业名称", "行业", "联系手机", "revenue:2025:万元", "above_scale:2025:是否", "数据日期"]
    )
    sheet.append([CODES[0], NAMES[0], "软件业", 13800000000, 1200.5, True, date(2026, 2, 1)])
    sheet.append([])
    sheet.append([CODES[1], NAMES[1], "软件业", "13800000001", "很多", "否", "2026-02-30"])
    file = io.BytesIO()
    book.save(file)
    view = office.imports(file.getvalue(), format="xlsx")
    assert (view.state, view.accepted, view.refused) == ("finished", 1, 1), view.notice
    assert [(each.line, each.column) for each in office.lines(view, outcome="refused")] == [
        (4, "数据日期"),
        (4, "revenue:2025:万元"),
    ]
    facts = {fact["name"]: (fact["value"], fact["as_of"]) for fact in office.file_of(0)["facts"]}
    assert facts == {"revenue": ("1200.5", "2026-02-01"), "above_scale": (True, "2026-02-01")}


def test_a_file_that_is_no_workbook_fails_with_a_sentence(office: Office) -> None:
    view = office.imports(b"PK\x03\x04 not really", format="xlsx")
    assert (view.state, view.notice_code, view.notice) == (
        "failed",
        "workbook_unreadable",
        "Excel 文件无法读取：不是有效的 Excel（xlsx）文件。",
    )


def test_a_heading_that_is_not_understood_is_refused_with_every_column_before_any_line(office: Office) -> None:
    view = office.imports(table([line(0)], "统一社会信用代码,行业,乱写,revenue:20XX:万元,employees::,revenue:2025,x"))
    assert (view.state, view.notice_code, view.done) == ("failed", "heading_refused", 0)
    assert view.notice is not None
    for word in ("乱写", "20XX", "employees::", "缺少“企业名称”列"):
        assert word in view.notice
    assert office.count("enterprise") == 0


def test_a_heading_may_use_the_words_of_the_items(office: Office) -> None:
    content = sample_content("ZJ-001")
    declared = next(fact for fact in content.rules.fact_types if fact.kind == "number")
    with psycopg.connect(psycopg_url(office.replica.dsns.owner)) as owner:
        columns = owner.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'policy_item'")
        state = ", state" if ("state",) in columns.fetchall() else ""
        owner.execute(
            f"INSERT INTO policy_item (tenant, id, version, sequence, code, item_version, content, published_at{state})"
            f" VALUES (%s, 'i', 1, 1, 'c', 1, %s, now(){', %s' if state else ''})",
            [CITY, content.model_dump_json(), *(["published"] if state else [])],
        )
    heading = f"信用代码,名称,联系电话,{declared.label}：2025"
    listed = next(fact for fact in content.rules.fact_types if fact.kind == "code" and fact.codes)
    heading += f",* {listed.label}（选填）"
    lines = [
        f'{CODES[0]},{NAMES[0]},13800000000,"1,234",{listed.codes[0].label}',
        f"{CODES[1]},{NAMES[1]},13800000001,#N/A,#REF!",
        f"{CODES[2]},{NAMES[2]},13800000002,NULL,no_such_code",
    ]
    view = office.imports(table(lines, heading))
    assert view.accepted == 1, office.lines(view)
    assert [(each.line, each.code) for each in office.lines(view, outcome="refused")] == [
        (3, "cell_is_error"),
        (3, "cell_is_error"),
        (4, "code_unknown"),
    ]
    assert listed.codes[0].label in office.lines(view, outcome="refused")[2].message, "with the list"
    number, code = sorted(office.file_of(0)["facts"], key=lambda fact: fact["kind"] != "number")
    assert (number["name"], number["unit"], number["value"]) == (declared.name, declared.unit, "1234")
    assert (code["name"], code["value"]) == (listed.name, listed.codes[0].code)


def test_a_file_that_is_not_there_or_was_altered_is_not_imported(office: Office) -> None:
    view = office.imports(sha256="0" * 64)
    assert (view.state, view.notice_code) == ("failed", "object_unknown")
    sha256 = office.uploads(table([line(0)]))
    (office.folder / "objects" / ZHANGGONG / sha256[:2] / sha256).write_bytes(table([line(1)]))
    view = office.imports(sha256=sha256)
    assert (view.state, view.notice_code) == ("failed", "object_altered")
    assert office.count("enterprise") == 0


def test_an_order_that_lacks_what_its_format_needs_is_refused_with_all_reasons(office: Office) -> None:
    with pytest.raises(ImportRefused) as refused:
        office.begins(source=None, as_of="2999-01-01")
    assert [reason.field for reason in refused.value.reasons] == ["sha256", "source", "as_of"]


def test_a_fact_cannot_be_written_for_an_enterprise_that_is_not_there(office: Office) -> None:
    office.imports(table([line(0)]))
    columns = "tenant, version, ordinal, name, kind, value, source, as_of, recorded_by, recorded_at"
    copied = (
        f"INSERT INTO enterprise_fact (enterprise_id, {columns})"
        " SELECT id, tenant, version + 1, ordinal, name, kind, value, source, as_of, recorded_by, recorded_at"
        " FROM enterprise_fact, unnest(ARRAY [enterprise_id, :other]) AS id"
    )

    def writes(other: str) -> None:
        with office.replica.frame.unit([ZHANGGONG], action="write_facts", actor=BUREAU) as uow:
            uow.execute(copied, {"other": other})

    with pytest.raises(IntegrityError) as refused:
        writes("nobody")
    assert violated_constraint(refused.value) == "enterprise_fact_of_a_file"
    office.knows(1, tenant=CITY)
    with pytest.raises(IntegrityError):
        writes("known-1")
    assert office.count("enterprise_fact") == 3


@pytest.mark.parametrize("statistics", ["none", "of a few enterprises", "of a small city"])
def test_an_import_reads_the_enterprises_that_it_names_however_many_others_there_are(
    office: Office, statistics: str
) -> None:
    """A connection keeps the plan that it made while the city was small: that one must do for a large one, too."""
    office.replica.does("ALTER TABLE enterprise SET (autovacuum_enabled = false)")
    office.imports(table([line(row) for row in range(20 if statistics == "of a few enterprises" else 1140)]))
    if statistics != "none":
        office.replica.does("ANALYZE enterprise")
    for row in range(1140, 1200):  # often enough for each connection to keep its plans
        office.imports(table([line(row)]))
    office.knows(20_000)
    known = 20_080 if statistics == "of a few enterprises" else 21_200
    read = "SELECT n_tup_ins, seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'enterprise'"
    before = eventually(lambda: next((rows for there, rows in office.replica.rows(read) if there == known), None))
    office.imports(table([line(row) for row in range(1200, 2000)]))
    office.replica.frame.stop()  # a connection tells what it has read when it ends, at the latest
    after = eventually(lambda: next((rows for there, rows in office.replica.rows(read) if there == known + 800), None))
    assert after - before < 10 * 800


# -- the feed ----------------------------------------------------------------------------------------------


def record(row: int, **more: Any) -> str:
    fact = {
        "name": "revenue",
        "kind": "number",
        "value": "1200.50",
        "unit": "万元",
        "period": "2025",
        "source": "省税务局",
        "source_kind": "tax",
        "as_of": "2026-03-01",
    }
    enterprise = {
        "uscc": CODES[row],
        "name": NAMES[row],
        "industry": "软件业",
        "contact_mobile": f"138{row:08d}",
        "facts": [fact],
    }
    return json.dumps({**enterprise, **more}, ensure_ascii=False)


@pytest.fixture
def fed(office: Office, exchange: RunningProgram) -> Iterator[Office]:
    """The same office, with 1,200 enterprises in the feed of the data exchange."""
    lines = [record(row) for row in range(1200)]
    exchange.client.post("/feeds/enterprises/records", content="\n".join(lines).encode()).raise_for_status()
    client = ExchangeClient(f"http://127.0.0.1:{exchange.port}", SECRET)
    yield Office(office.replica, office.folder, lambda: client)
    client._client.close()


def misbehave(exchange: RunningProgram, *rules: dict[str, Any]) -> None:
    exchange.client.put("/control/behaviour", json=list(rules)).raise_for_status()


def test_a_feed_is_imported_with_the_sources_that_it_names(fed: Office) -> None:
    view = fed.imports(format="feed", feed="enterprises")
    assert (view.state, view.total, view.accepted) == ("finished", 1200, 1200)
    (fact,) = fed.file_of(11)["facts"]
    assert (fact["source"], fact["source_kind"]) == ("省税务局", "tax")


def test_a_feed_that_stops_half_way_goes_on_where_it_stopped(fed: Office, exchange: RunningProgram) -> None:
    misbehave(exchange, {"behaviour": "stop_half_way", "after": 500, "next": 1})
    operation = fed.begins(format="feed", feed="enterprises")
    fed.works()
    view = fed.view(operation)
    assert (view.state, view.done, view.notice_code) == ("running", 500, "feed_away")
    fed.replica.rows("UPDATE job SET due_at = now() RETURNING 1")
    fed.works()
    view = fed.view(operation)
    assert (view.state, view.done, view.notice) == ("finished", 1200, None)
    assert fed.count("enterprise") == 1200
    assert fed.count("operation_line") == 1200


def test_an_altered_page_is_refused_whole_and_a_person_lets_it_go_on(fed: Office, exchange: RunningProgram) -> None:
    misbehave(exchange, {"behaviour": "alter_byte", "after": 500, "next": 1})
    operation = fed.begins(format="feed", feed="enterprises")
    fed.works()
    view = fed.view(operation)
    assert (view.state, view.notice_code, view.done, fed.count("enterprise")) == (
        "failed",
        "feed_signature_invalid",
        500,
        500,
    )
    with fed.replica.frame.unit([ZHANGGONG], action="resume_operation", actor=BUREAU) as uow:
        operation_runs.resume_operation(ResumeOperation(operation_id=operation), uow, "catalog")
    fed.works()
    assert (fed.view(operation).state, fed.count("enterprise")) == ("finished", 1200)


def test_an_exchange_that_is_down_or_late_is_asked_again(fed: Office, exchange: RunningProgram) -> None:
    misbehave(exchange, {"behaviour": "http_500", "next": 1})
    operation = fed.begins(format="feed", feed="enterprises")
    fed.works()
    assert fed.view(operation).notice == "数据交换平台暂时不可用（500），稍后自动继续。"
    exchange.kill()
    fed.replica.rows("UPDATE job SET due_at = now() RETURNING 1")
    fed.works()
    assert fed.view(operation).notice == "数据交换平台暂时没有应答，稍后自动继续。"
    exchange.restart()
    fed.replica.rows("UPDATE job SET due_at = now() RETURNING 1")
    fed.works()
    assert fed.view(operation).state == "finished"


def test_a_broken_record_is_told_with_its_position_and_fields(fed: Office, exchange: RunningProgram) -> None:
    bad_fact = {"name": "revenue", "kind": "number", "value": "much", "source": "税务", "as_of": "2026-03-01"}
    exchange.client.post(
        "/feeds/other/records",
        content="\n".join([record(0), record(1, contact_mobile="1", facts=[bad_fact])]).encode(),
    ).raise_for_status()
    view = fed.imports(format="feed", feed="other")
    assert (view.accepted, view.refused) == (1, 1)
    told = fed.lines(view, outcome="refused")
    assert {each.line for each in told} == {2}
    assert [each.column for each in told] == ["contact_mobile", "facts.0.value"]


def test_a_feed_signed_with_another_secret_is_refused(fed: Office, exchange: RunningProgram) -> None:
    other = ExchangeClient(f"http://127.0.0.1:{exchange.port}", "whsec_" + base64.b64encode(b"x" * 32).decode())
    office = Office(fed.replica, fed.folder, lambda: other)
    assert office.imports(format="feed", feed="enterprises").notice_code == "feed_signature_invalid"
    other._client.close()
