"""A no-application list as long work: read whole, taken county by county, each line with an outcome of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from chassis.files import tabular, workbooks
from chassis.files.objects import Objects
from chassis.foundation.secrecy import Cipher
from chassis.operations.domain import Operation
from chassis.operations.work import Chunk
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.operations import LineResult
from contracts.refusal import Reason
from services.intake.nominations.homes import Homes
from services.intake.nominations.list_lines import (
    Home,
    ListEmpty,
    ListHeadingRefused,
    ListLine,
    ListReader,
    read_heading,
)
from services.intake.nominations.taking import take_lines

WINDOW = 500
"""Lines whose enterprises are looked for together; those of one county among them are a chunk."""


class NominationImport:
    """The work itself. A line is known by its number, so that whoever goes on after a crash does none twice and leaves none out,
    whatever was learned of the enterprises meanwhile."""

    def __init__(self, objects: Callable[[], Objects], homes: Homes, cipher: Cipher) -> None:
        self._objects = objects
        self._homes = homes
        self._cipher = cipher

    def chunks(self, run: Operation) -> Iterator[Chunk[ListLine]]:
        """Raises what the object store or the heading have against it, and ListEmpty."""
        lines = self._read(run)
        begin = run.checkpoint or {"at": 0, "done": []}
        done = set(begin["done"])
        for start in range(begin["at"], len(lines), WINDOW):
            window = lines[start : start + WINDOW]
            parts = list(self._by_home([each for each in window if each.line not in done], run.tenant).values())
            for place, part in enumerate(parts, 1):
                done |= {each.line for each in part}
                over = place == len(parts)
                checkpoint = {"at": start + len(window), "done": []} if over else {"at": start, "done": sorted(done)}
                yield Chunk(part, checkpoint, len(lines))
            done = set()

    def take(self, lines: Sequence[ListLine], run: Operation, uow: UnitOfWork) -> list[LineResult]:
        return take_lines(lines, run, uow, self._cipher)

    def key(self, line: ListLine) -> str:
        return line.uscc or f"line {line.line}"

    def tenants(self, lines: Sequence[ListLine]) -> set[TenantId]:
        """The county in whose unit of work these are taken, beside the item's place."""
        return {each.home.tenant for each in lines if each.home is not None}

    def _read(self, run: Operation) -> list[ListLine]:
        objects, sha256 = self._objects(), run.parameters["sha256"]
        file = objects.local_file(run.tenant, sha256)
        made = workbooks.as_csv if run.parameters["format"] == "xlsx" else tabular.in_lines
        path = made(file, objects.spool, f"{run.tenant}/{sha256}")
        rows = tabular.rows(path, tabular.encoding_of(path))
        first = next(rows, None)
        if first is None:
            raise ListEmpty()
        if first.fault is not None:
            raise ListHeadingRefused(Reason(code="heading_unreadable", message=f"第 {first.line} 行：{first.fault}。"))
        reader = ListReader(read_heading(first.cells))
        lines = [
            reader.read(row.line, row.cells) if row.fault is None else reader.unreadable(row.line, row.fault)
            for row in rows
            if row.fault is not None or any(cell.strip() for cell in row.cells)
        ]
        if not lines:
            raise ListEmpty()
        return lines

    def _by_home(self, lines: Sequence[ListLine], tenant: TenantId) -> Mapping[TenantId, list[ListLine]]:
        """The lines of each place, in their order; what is nowhere is told in the item's own."""
        homes = self._homes.of(tenant, {each.uscc for each in lines if not each.reasons})
        found: defaultdict[TenantId, list[ListLine]] = defaultdict(list)
        for each in lines:
            at_home = _at_home(each, homes.get(each.uscc, ()))
            found[at_home.home.tenant if at_home.home is not None else tenant].append(at_home)
        return found


def _at_home(line: ListLine, homes: Sequence[Home]) -> ListLine:
    if line.reasons or not homes:
        return line
    if len(homes) > 1:
        text = f"该企业在 {len(homes)} 个地区各有档案，不能确定列入哪一个。"
        return replace(line, reasons=(Reason(code="enterprise_in_two_places", message=text),))
    return replace(line, home=homes[0])
