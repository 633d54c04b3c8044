"""Importing enterprises as long work: what a command begins, and how its source is read chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from chassis.files import tabular
from chassis.files.objects import Objects
from chassis.foundation.secrecy import Cipher
from chassis.foundation.settings import SettingMissing
from chassis.operations.domain import OperationRun
from chassis.operations.runs import view_of
from chassis.operations.work import Chunk
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprise_imports import ImportEnterprises
from contracts.fact_sources import SourceKind
from contracts.operations import LineResult, OperationView
from contracts.refusal import Conflict, Invalid, Reason
from contracts.rule.facts import FactType
from services.catalog.enterprises.domain import FactsNotYours
from services.catalog.enterprises.imports_headings import TableEmpty, read_heading
from services.catalog.enterprises.imports_lines import EnterpriseLine, LineReader
from services.catalog.enterprises.imports_records import RecordReader
from services.catalog.enterprises.imports_taking import take_lines

KIND = "import_enterprises"
CHUNK_LINES = 500
"""Lines per transaction: enough to write set-wise, few enough to parse between two heartbeats."""

TITLES = {"csv": "批量导入企业（CSV）", "xlsx": "批量导入企业（Excel）", "feed": "批量导入企业（数据交换）"}


class ImportRefused(Invalid):
    """The order does not say what its format needs; `reasons` names each."""

    code = "import_refused"
    sentence = "导入要求不完整，请按提示补充。"


class FeedNotConnected(Conflict):
    """This installation has no data exchange: its address and secret are not set."""

    code = "feed_not_connected"
    sentence = "尚未接入数据交换平台，请联系系统管理员。"


class Feed(Protocol):
    """The data exchange: pages of a feed, whose signatures have been checked."""

    def page(self, feed: str, after: int, limit: int) -> FeedPage: ...


class FeedPage(Protocol):
    """Records after a position, each with its own; `total` is how many the feed has now."""

    records: Sequence[Mapping[str, Any]]
    next_after: int
    more: bool
    total: int | None


def import_enterprises(cmd: ImportEnterprises, uow: UnitOfWork) -> OperationView:
    """Begin the import. Raises FactsNotYours for a firm, ImportRefused with all reasons."""
    if uow.actor.enterprise_id is not None:
        raise FactsNotYours()
    needed = {"feed": ("feed",)}.get(cmd.format, ("sha256", "source"))
    reasons = [
        Reason(code="import_incomplete", message=f"{cmd.format} 导入须指明 {name}。", field=name)
        for name in needed
        if getattr(cmd, name) is None
    ]
    today = uow.now.astimezone(CHINA).date()
    if cmd.as_of is not None and cmd.as_of > today:
        reasons.append(Reason(code="as_of_invalid", message="数据日期晚于今天。", field="as_of"))
    if reasons:
        raise ImportRefused(*reasons)
    parameters = {**cmd.model_dump(mode="json", exclude_none=True), "as_of": (cmd.as_of or today).isoformat()}
    run = uow.begin_work(KIND, title=TITLES[cmd.format], parameters=parameters)
    return view_of(run, "catalog")


class EnterpriseImport:
    """The work itself. `vocabulary(tenant)` gives the facts that items ask for, by name and by label."""

    def __init__(
        self,
        cipher: Cipher,
        objects: Callable[[], Objects],
        feed: Callable[[], Feed],
        vocabulary: Callable[[str], Mapping[str, FactType]],
        now: Callable[[], datetime],
    ) -> None:
        self._cipher = cipher
        self._objects = objects
        self._feed = feed
        self._vocabulary = vocabulary
        self._now = now

    def chunks(self, run: OperationRun) -> Iterator[Chunk[EnterpriseLine]]:
        """Raises what the object store, the table's heading or the data exchange have against it."""
        return self._of_feed(run) if run.parameters["format"] == "feed" else self._of_table(run)

    def take(self, lines: Sequence[EnterpriseLine], run: OperationRun, uow: UnitOfWork) -> list[LineResult]:
        return take_lines(lines, uow, self._cipher)

    def key(self, line: EnterpriseLine) -> str:
        return line.uscc or f"line {line.line}"

    def _of_table(self, run: OperationRun) -> Iterator[Chunk[EnterpriseLine]]:
        asked = run.parameters
        path = self._table(run)
        encoding = tabular.encoding_of(path)
        total = tabular.line_count(path) - 1
        first = next(tabular.rows(path, encoding), None)
        if first is None or first.fault is not None:
            raise TableEmpty()
        reader = LineReader(
            heading=read_heading(first.cells, self._vocabulary(run.tenant)),
            source=asked["source"],
            source_kind=SourceKind(asked["source_kind"]) if asked.get("source_kind") else None,
            as_of=date.fromisoformat(asked["as_of"]),
            today=self._today(),
        )
        after = (run.checkpoint["line"], run.checkpoint["byte"]) if run.checkpoint else (first.line, first.end)
        lines: list[EnterpriseLine] = []
        for row in tabular.rows(path, encoding, after=after):
            if row.fault is not None:
                wrong = Reason(code="line_unreadable", message=f"{row.fault}。")
                lines.append(EnterpriseLine(row.line, reasons=(wrong,)))
            else:
                lines.append(reader.read(row.line, row.cells))
            if len(lines) == CHUNK_LINES:
                yield Chunk(lines, {"line": row.line, "byte": row.end}, total)
                lines = []
        if lines:
            yield Chunk(lines, {"line": row.line, "byte": row.end}, total)

    def _table(self, run: OperationRun) -> Path:
        objects = self._objects()
        sha256 = run.parameters["sha256"]
        path = objects.local_file(run.tenant, sha256)
        if run.parameters["format"] == "xlsx":
            return tabular.as_csv(path, objects.spool / run.tenant, sha256)
        return path

    def _of_feed(self, run: OperationRun) -> Iterator[Chunk[EnterpriseLine]]:
        try:
            feed = self._feed()
        except SettingMissing as error:
            raise FeedNotConnected() from error
        after = run.checkpoint["after"] if run.checkpoint else 0
        reader = RecordReader(self._today())
        more = True
        while more:
            page = feed.page(run.parameters["feed"], after, CHUNK_LINES)
            reader.today = self._today()
            lines = [reader.read(record["position"], record) for record in page.records]
            after, more = page.next_after, page.more
            yield Chunk(lines, {"after": after}, page.total)

    def _today(self) -> date:
        return self._now().astimezone(CHINA).date()


VOCABULARY = (
    "WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS depth FROM tenant WHERE id = :tenant"
    " UNION ALL SELECT t.id, t.parent_id, up.depth + 1 FROM tenant t JOIN up ON t.id = up.parent_id WHERE up.depth < 8)"
    " SELECT DISTINCT fact FROM policy_item i JOIN up ON up.id = i.tenant,"
    " jsonb_array_elements(i.content -> 'rules' -> 'fact_types') AS fact"
)


def vocabulary(reader: Reader) -> dict[str, FactType]:
    """The facts that the tenant's items, and those of the levels above, ask for: by name, and by label where a label
    means one thing only."""
    known: dict[str, FactType] = {}
    doubtful: set[str] = set()
    for (written,) in reader.execute(VOCABULARY, {"tenant": reader.tenant}):
        fact = FactType.model_validate(written)
        for word in (fact.name, fact.label):
            other = known.setdefault(word, fact)
            if (other.name, other.kind) != (fact.name, fact.kind):
                doubtful.add(word)
    return {word: fact for word, fact in known.items() if word not in doubtful}
