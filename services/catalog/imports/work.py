"""Importing enterprises as long work: how its source is read chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from chassis.files import tabular, workbooks
from chassis.files.objects import Objects
from chassis.foundation.secrecy import Cipher
from chassis.foundation.settings import SettingMissing
from chassis.operations.domain import Operation
from chassis.operations.work import Chunk
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.fact_sources import SourceKind
from contracts.operations import LineResult
from contracts.refusal import Conflict, Reason
from contracts.rule.facts import FactType
from services.catalog.enterprises.sources import Voice
from services.catalog.imports.exchange import FeedPage
from services.catalog.imports.headings import HeadingRefused, TableEmpty, read_heading
from services.catalog.imports.lines import EnterpriseLine, LineReader
from services.catalog.imports.records import RecordReader
from services.catalog.imports.taking import take_lines

CHUNK_LINES = 500
"""Lines per transaction: enough to write set-wise, few enough to parse between two heartbeats."""


class FeedNotConnected(Conflict):
    """This installation has no data exchange: its address and secret are not set."""

    code = "feed_not_connected"
    sentence = "尚未接入数据交换平台，请联系系统管理员。"


class Feed(Protocol):
    """The data exchange: pages of a feed, whose signatures have been checked. `voice`: for which sources it may speak."""

    @property
    def voice(self) -> Voice: ...

    def page(self, feed: str, after: int, limit: int) -> FeedPage: ...


class EnterpriseImport:
    """The work itself. `vocabulary(tenant)` gives the facts that items ask for, by name and by label, `admitted(tenant)` the
    credit codes that two persons have admitted although they fail their own check.
    """

    def __init__(
        self,
        cipher: Cipher,
        objects: Callable[[], Objects],
        feed: Callable[[], Feed],
        vocabulary: Callable[[str], Mapping[str, FactType]],
        now: Callable[[], datetime],
        admitted: Callable[[str], Collection[str]],
    ) -> None:
        self._cipher = cipher
        self._objects = objects
        self._feed = feed
        self._vocabulary = vocabulary
        self._now = now
        self._admitted = admitted

    def chunks(self, run: Operation) -> Iterator[Chunk[EnterpriseLine]]:
        """Raises what the object store, the table's heading or the data exchange have against it."""
        return self._of_feed(run) if run.parameters["format"] == "feed" else self._of_table(run)

    def take(self, lines: Sequence[EnterpriseLine], run: Operation, uow: UnitOfWork) -> list[LineResult]:
        return take_lines(lines, uow, self._cipher, signed=run.parameters["format"] == "feed")

    def key(self, line: EnterpriseLine) -> str:
        return line.uscc or f"line {line.line}"

    def _of_table(self, run: Operation) -> Iterator[Chunk[EnterpriseLine]]:
        asked = run.parameters
        path = self._table(run)
        encoding = tabular.encoding_of(path)
        total = tabular.line_count(path) - 1
        first = next(tabular.rows(path, encoding), None)
        if first is None:
            raise TableEmpty()
        if first.fault is not None:
            raise HeadingRefused(Reason(code="heading_unreadable", message=f"第 {first.line} 行：{first.fault}。"))
        reader = LineReader(
            heading=read_heading(first.cells, self._vocabulary(run.tenant)),
            source=asked["source"],
            source_kind=SourceKind(asked["source_kind"]) if asked.get("source_kind") else None,
            as_of=date.fromisoformat(asked["as_of"]),
            today=self._today(),
            admitted=self._admitted(run.tenant).__contains__,
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

    def _table(self, run: Operation) -> Path:
        objects = self._objects()
        sha256 = run.parameters["sha256"]
        path = objects.local_file(run.tenant, sha256)
        if run.parameters["format"] == "xlsx":
            return workbooks.as_csv(path, objects.spool, f"{run.tenant}/{sha256}")
        return tabular.in_lines(path, objects.spool, f"{run.tenant}/{sha256}")

    def _of_feed(self, run: Operation) -> Iterator[Chunk[EnterpriseLine]]:
        try:
            feed = self._feed()
        except SettingMissing as error:
            raise FeedNotConnected() from error
        after = run.checkpoint["after"] if run.checkpoint else 0
        reader = RecordReader(
            self._today(),
            feed.voice,
            self._admitted(run.tenant).__contains__,
            {word: fact for word, fact in self._vocabulary(run.tenant).items() if word == fact.name},
        )
        more = True
        while more:
            page = feed.page(run.parameters["feed"], after, CHUNK_LINES)
            reader.today = self._today()
            lines = [reader.read(record["position"], record) for record in page.records]
            after, more = page.next_after, page.more
            yield Chunk(lines, {"after": after}, page.total)

    def _today(self) -> date:
        return self._now().astimezone(CHINA).date()
