"""What anybody may ask over HTTP: the gateway's public routes before a catalogue on a real database."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from front_office import CITY, XINGGUO, ZHANGGONG, officer_of, sample_content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search_library import Library, opened

from chassis.edge.frame import Frame
from chassis.read.paging import CursorInvalid, encode_cursor
from console.contracts.program import unconnected_gateway
from console.contracts.schemas import message_types
from console.servers.provision import Dsns
from contracts.message import Query, snake_case
from contracts.policies import ResumePolicyItem, SuspendPolicyItem
from gateway.api import open_data as open_data_routes
from gateway.identity.tenants.known import KnownTenants
from gateway.open_data import COLUMNS
from gateway.streams import Seats
from services.catalog.search.position import Position

CONTRACTS = {snake_case(query.__name__): query for query in message_types(Query)}


class Public:
    """Somebody with a browser and no account. Bus and catalogue are joined in this process."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.fails_at: int | None = None
        self._calls = 0
        self._app = unconnected_gateway()
        self._app.state.bus = self
        places = KnownTenants(by_name={"gannan": ZHANGGONG, **{each: each for each in (ZHANGGONG, XINGGUO, CITY)}})
        self._app.state.directory.tenants = SimpleNamespace(remembered=lambda: places, read=lambda **_: places)

    async def call(self, _service: str, method: str, envelope: dict[str, Any], **_: object) -> dict[str, Any]:
        self._calls += 1
        if self._calls == self.fails_at:
            return {"fault": {"retryable": False}}
        return self.library.wire(method, envelope["body"], CONTRACTS[method])

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await client.get(f"/api/v1{path}", params=params, headers=headers)

        return asyncio.run(once())


@pytest.fixture
def library(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Library:
    return opened(service_frame, service_database)


@pytest.fixture
def public(library: Library) -> Public:
    for code in ("GZ-009", "NM-002", "SD-002"):
        library.publishes(sample_content(code))
    library.publishes(sample_content("JX-005"), XINGGUO)
    library.publishes(sample_content("TJ-001"), CITY)
    return Public(library)


def table_of(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def lines_of(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


# -- search and guide ------------------------------------------------------------------------------------------


def test_anybody_searches_with_words_filters_and_counts(public: Public) -> None:
    answer = public.get("/policies/search", q="跨境电商", level=["city", "county"], tenant=ZHANGGONG)
    assert answer.status_code == 200
    assert [item["code"] for item in answer.json()["items"]] == ["SD-002"]
    assert {facet["name"] for facet in answer.json()["facets"]} >= {"level", "theme", "mode", "amount", "window"}
    assert "max-age" in answer.headers["cache-control"]


def test_everything_that_is_wrong_with_a_search_is_said_at_once(public: Public) -> None:
    answer = public.get("/policies/search", q="q" * 10_000, level="moon", window="sometimes", limit=999, levle="city")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert answer.headers["content-type"] == "application/problem+json"
    assert {each["field"] for each in answer.json()["errors"]} == {"q", "level.0", "window.0", "limit", "levle"}


@pytest.mark.parametrize("path", ["/policies/search", "/policies", "/open-data/policies", "/open-data/policies.csv"])
def test_a_place_is_named_by_its_id_or_its_code_and_one_that_is_not_there_is_refused(public: Public, path: str) -> None:
    answer = public.get(path, tenant="nowhere")
    assert (answer.status_code, answer.json()["code"]) == (422, "tenant_not_known")
    assert answer.json()["errors"][0]["field"] == "tenant"
    by_id, by_code = public.get(path, tenant=ZHANGGONG), public.get(path, tenant="gannan")
    assert by_id.status_code == 200
    assert by_id.content == by_code.content


def test_a_query_of_silent_words_is_refused_in_chinese(public: Public) -> None:
    answer = public.get("/policies/search", q="怎么")
    assert (answer.status_code, answer.json()["code"]) == (422, "query_says_nothing")
    assert "请输入更具体的词" in answer.json()["detail"]


def test_a_guide_tells_what_a_person_needs_and_is_sent_once(public: Public) -> None:
    item_id = public.get("/policies/search", q="GZ-009").json()["items"][0]["item_id"]
    answer = public.get(f"/policies/{item_id}/guide")
    guide = answer.json()
    assert (guide["title"], guide["max_amount_fen"], guide["window"]) == ("新认定科技型中小企业补助", 5_000_000, "open")
    assert guide["sentences"]["amount"]
    assert guide["guide"]["steps"]
    assert [material["name"] for material in guide["materials"]]
    again = public.get(f"/policies/{item_id}/guide", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    public.library.publishes(sample_content("GZ-009").model_copy(update={"title": "新标题"}))
    changed = public.get(f"/policies/{item_id}/guide", headers={"If-None-Match": answer.headers["etag"]})
    assert (changed.status_code, changed.json()["title"]) == (200, "新标题")
    old = public.get(f"/policies/{item_id}/guide", version=1).json()
    assert (old["title"], old["item_version"], old["latest_version"]) == ("新认定科技型中小企业补助", 1, 2)
    assert public.get(f"/policies/{item_id}/guide", version=3).json()["code"] == "item_unknown"


# -- open data -------------------------------------------------------------------------------------------------


def test_everything_on_offer_is_one_file_of_json_lines(public: Public) -> None:
    answer = public.get("/open-data/policies.ndjson")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = lines_of(answer)
    assert sorted(line["content"]["code"] for line in lines) == ["GZ-009", "JX-005", "NM-002", "SD-002", "TJ-001"]
    assert [line["item_id"] for line in lines] == sorted(line["item_id"] for line in lines)
    assert all(line["sentences"]["eligibility"] for line in lines)
    assert {line["tenant"] for line in lines_of(public.get("/open-data/policies.ndjson", tenant=CITY))} == {CITY}


def test_everything_on_offer_is_a_table_in_plain_utf_8(public: Public) -> None:
    answer = public.get("/open-data/policies.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert not answer.content.startswith(b"\xef\xbb\xbf")
    rows = table_of(answer)
    assert set(rows[0]) == set(COLUMNS)
    science = next(row for row in rows if row["code"] == "GZ-009")
    assert (science["title"], science["max_amount_yuan"], science["sample"]) == (
        "新认定科技型中小企业补助",
        "50000.00",
        "true",
    )
    assert science["published_at"].endswith("+08:00")
    assert len(public.get("/open-data/policies.csv", tenant="nowhere").text.splitlines()) == 1


def test_a_cell_that_a_spreadsheet_would_compute_is_made_text(public: Public) -> None:
    title = '=HYPERLINK("http://x","奖励"),\n第二行'
    public.library.publishes(sample_content("AH-002").model_copy(update={"title": title}))
    row = next(row for row in table_of(public.get("/open-data/policies.csv")) if row["code"] == "AH-002")
    assert row["title"] == f"'{title}"


@pytest.mark.parametrize("path", ["/open-data/policies.ndjson", "/open-data/policies.csv", "/open-data/policies"])
def test_whoever_has_the_newest_state_is_sent_nothing(public: Public, path: str) -> None:
    def known(etag: str) -> httpx.Response:
        return public.get(path, headers={"If-None-Match": etag})

    first = public.get(path)
    assert first.status_code == 200
    assert known(first.headers["etag"]).status_code == 304
    assert known(f'"other", W/{first.headers["etag"]}').status_code == 304
    assert known('"other"').status_code == 200
    public.library.publishes(sample_content("NM-002").model_copy(update={"title": "新标题"}))
    changed = known(first.headers["etag"])
    assert changed.status_code == 200
    assert "新标题" in changed.text
    assert known(changed.headers["etag"]).status_code == 304


def test_a_state_that_comes_back_is_not_taken_for_the_one_before(public: Public) -> None:
    before = public.get("/open-data/policies.csv")
    page = public.get("/open-data/policies").json()
    item = next(each for each in page["items"] if each["content"]["code"] == "NM-002")
    actor = officer_of(item["content"]["rules"]["plan"]["department"])
    catalog = public.library.catalog
    suspended = SuspendPolicyItem(item_id=item["item_id"], expected_version=1, reason="资金用完，暂停受理")
    assert "ok" in catalog.ordered(suspended, actor=actor)
    meanwhile = public.get("/open-data/policies.csv", headers={"If-None-Match": before.headers["etag"]})
    assert "NM-002" not in meanwhile.text
    assert public.get("/policies/search", q="新增产值").json()["total"] == 0
    resumed = ResumePolicyItem(item_id=item["item_id"], expected_version=2, reason="资金到位，恢复受理")
    assert "ok" in catalog.ordered(resumed, actor=actor)
    after = public.get("/open-data/policies.csv", headers={"If-None-Match": meanwhile.headers["etag"]})
    assert after.status_code == 200
    assert {row["code"] for row in table_of(after)} == {row["code"] for row in table_of(before)}
    assert len({before.headers["etag"], meanwhile.headers["etag"], after.headers["etag"]}) == 3
    assert public.get("/policies/search", q="新增产值").json()["total"] == 1


def test_a_file_of_many_pages_is_whole_and_in_order(public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data_routes, "PAGE_ITEMS", 2)
    whole = public.get("/open-data/policies.ndjson").text
    pages: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = public.get("/open-data/policies", limit=2, **({"cursor": cursor} if cursor else {})).json()
        pages += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [json.loads(line) for line in whole.splitlines()] == pages


def test_a_file_that_cannot_be_read_to_its_end_breaks_off(public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data_routes, "PAGE_ITEMS", 2)
    whole = public.get("/open-data/policies.ndjson")
    assert len(whole.text.splitlines()) == 5
    public._calls, public.fails_at = 0, 2
    with pytest.raises(RuntimeError, match="response already started"):
        raise_through(public, "/open-data/policies.ndjson")
    assert not open_data_routes.PLACES._taken


def raise_through(public: Public, path: str) -> None:
    async def once() -> None:
        transport = httpx.ASGITransport(public._app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            await client.get(f"/api/v1{path}")

    asyncio.run(once())


def test_more_downloads_than_are_good_are_told_to_come_back(public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data_routes, "PLACES", Seats(0))
    answer = public.get("/open-data/policies.csv")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    assert answer.json()["code"] == "too_many_downloads"


# -- whatever comes --------------------------------------------------------------------------------------------

WEIRD = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
TEXTS = WEIRD | st.sampled_from(
    ["奖励", "的", "'", "\\", "a:*", "!&|()<->", "\x00", "﷽" * 30, "奖" * 300, "ｱﾞ", "é́́", "🏭" * 20, "'||pg_sleep(9)||'"]
)
VALUES = (
    TEXTS
    | st.integers().map(str)
    | st.dates().map(date.isoformat)
    | st.sampled_from(
        ["city", "county", "grant", "open", "instant", "unknown", "true", "nan", "1e400", "-0", "99999999999999999999"]
    )
)
NAMES = st.sampled_from(
    ["q", "level", "theme", "industry", "mode", "benefit_kind", "department", "amount", "window", "tenant", "cursor",
     "limit", "facets", "amount_at_least_fen", "closes_by", "sort", ""]
)  # fmt: skip
PATHS = st.sampled_from(["/policies/search", "/policies", "/open-data/policies", "/policies/x/guide"])


def test_whatever_is_asked_is_answered_or_refused_and_never_fails(public: Public) -> None:
    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=5))
    def ask(path: str, pairs: list[tuple[str, str]]) -> None:
        params: dict[str, list[str]] = {}
        for name, value in pairs:
            params.setdefault(name, []).append(value)
        answer = public.get(path, **params)
        assert answer.status_code in (200, 400, 404, 422), (path, params, answer.text)
        if answer.status_code != 200:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]

    ask()


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(st.text(max_size=8), st.integers(-(2**63), 2**64 - 1), st.none(), st.floats(allow_nan=False)),
        max_size=5,
    )
)
def test_a_made_up_cursor_is_refused(keys: list[Any]) -> None:
    with pytest.raises(CursorInvalid):
        Position.of(encode_cursor(*keys), date(2026, 3, 10))
