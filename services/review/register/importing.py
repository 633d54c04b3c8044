"""Earlier awards from a table, as long work: read line by line, taken hundreds at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from chassis.files import tabular, workbooks
from chassis.files.objects import Objects
from chassis.operations.domain import Operation
from chassis.operations.work import Chunk
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.operations import LineResult
from contracts.refusal import Reason, Refused
from contracts.rule import Level
from services.review.register.holding import Holding
from services.review.register.import_headings import AwardHeadingRefused, AwardTableEmpty, read_heading
from services.review.register.import_lines import AwardLine, AwardLineReader
from services.review.register.parts import AwardParts, imported_id
from services.review.register.store import AwardRegister

CHUNK_LINES = 500

# Facts that may tell what an award was for: those of published items, by name and by what people call them.
KEY_FACTS = """
SELECT DISTINCT t.fact ->> 'name' AS name, t.fact ->> 'label' AS label
FROM item_version v CROSS JOIN LATERAL jsonb_array_elements(v.rules -> 'fact_types') AS t(fact)
WHERE t.fact ->> 'kind' IN ('code', 'codes') ORDER BY 1, 2
"""
KNOWN = """
SELECT a.id, a.fen, a.state FROM award_part a
WHERE a.tenant = :tenant AND a.id = ANY (CAST(:ids AS text[]))
"""
GRANTED_HERE = """
SELECT DISTINCT k.line
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(line integer, uscc text, family text, year integer, part text)
JOIN LATERAL (SELECT * FROM award_part p WHERE p.uscc = k.uscc OFFSET 0) AS a
    ON a.tenant = :tenant AND a.source = 'review' AND a.state <> 'freed' AND a.year = k.year
    AND (a.part IS NULL OR k.part IS NULL OR a.part = k.part)
LEFT JOIN award_family f ON f.item_id = a.item_id
WHERE coalesce(f.family, a.family) = k.family
"""


class AwardImport:
    """The work itself. `facts()` gives the facts that may tell what an award was for, by name and by label."""

    def __init__(
        self, objects: Callable[[], Objects], facts: Callable[[str], Mapping[str, str]], now: Callable[[], datetime]
    ) -> None:
        self._objects = objects
        self._facts = facts
        self._now = now

    def chunks(self, run: Operation) -> Iterator[Chunk[AwardLine]]:
        """Raises what the object store or the table's heading have against it."""
        objects, sha256 = self._objects(), run.parameters["sha256"]
        file = objects.local_file(run.tenant, sha256)
        made = workbooks.as_csv if run.parameters["format"] == "xlsx" else tabular.in_lines
        path = made(file, objects.spool, f"{run.tenant}/{sha256}")
        encoding, total = tabular.encoding_of(path), tabular.line_count(path) - 1
        first = next(tabular.rows(path, encoding), None)
        if first is None:
            raise AwardTableEmpty()
        if first.fault is not None:
            raise AwardHeadingRefused(Reason(code="heading_unreadable", message=f"第 {first.line} 行：{first.fault}。"))
        reader = AwardLineReader(read_heading(first.cells, self._facts(run.tenant)), self._today())
        after = (run.checkpoint["line"], run.checkpoint["byte"]) if run.checkpoint else (first.line, first.end)
        lines: list[AwardLine] = []
        for row in tabular.rows(path, encoding, after=after):
            if row.fault is not None:
                wrong = Reason(code="line_unreadable", message=f"{row.fault}。")
                lines.append(AwardLine(row.line, reasons=(wrong,)))
            else:
                lines.append(reader.read(row.line, row.cells))
            if len(lines) == CHUNK_LINES:
                yield Chunk(lines, {"line": row.line, "byte": row.end}, total)
                lines = []
        if lines:
            yield Chunk(lines, {"line": row.line, "byte": row.end}, total)

    def take(self, lines: Sequence[AwardLine], run: Operation, uow: UnitOfWork) -> list[LineResult]:
        return take_lines(lines, run.tenant, uow)

    def key(self, line: AwardLine) -> str:
        return line.uscc or f"line {line.line}"

    def _today(self) -> date:
        return self._now().astimezone(CHINA).date()


def key_facts(reader: Reader) -> dict[str, str]:
    """A label that two facts share tells neither."""
    rows = reader.execute(KEY_FACTS).all()
    named: dict[str, set[str]] = {}
    for row in rows:
        named.setdefault("".join(row.label.split()), set()).add(row.name)
    by_label = {label: names.pop() for label, names in named.items() if len(names) == 1}
    return by_label | {row.name: row.name for row in rows}


def take_lines(lines: Sequence[AwardLine], tenant: str, uow: UnitOfWork) -> list[LineResult]:
    """Put into the register what is new; at least one result for each line, in their order."""
    results = [
        LineResult(line=each.line, column=reason.field, outcome="refused", code=reason.code, message=reason.message)
        for each in lines
        for reason in each.reasons
    ]
    sound = [each for each in lines if not each.reasons]
    # Whoever decides about a person holds all of its codes, so that this one is enough.
    uow.of(Holding).take({each.uscc for each in sound})
    own = _own_level(tenant, uow)
    ids = {each.line: _id_of(each, tenant, own) for each in sound}
    known = {row.id: row for row in uow.execute(KNOWN, {"tenant": tenant, "ids": sorted(set(ids.values()))})}
    granted_here = _granted_here(sound, tenant, uow)
    levels = _levels_of_others(sound, tenant, own, uow)
    rows: dict[str, dict[str, Any]] = {}
    for each in sound:
        id = ids[each.line]
        before = (
            (known[id].fen, known[id].state) if id in known else (rows[id]["fen"], "reserved") if id in rows else None
        )
        result = _verdict(each, before, each.line in granted_here, (each.level or own) in levels)
        if result.outcome == "accepted":
            rows[id] = _row(each, id, tenant, own, uow.now)
        results.append(result)
    uow.of(AwardParts).insert(list(rows.values()))
    uow.of(AwardRegister).moved({(tenant, row["uscc"]) for row in rows.values()})
    return sorted(results, key=lambda result: result.line)


def _verdict(each: AwardLine, before: tuple[int, str] | None, granted_here: bool, of_others: bool) -> LineResult:
    if before is not None and before[0] != each.fen:
        had = f"{before[0] // 100}.{before[0] % 100:02d}"
        text = (
            f"登记册已有同一笔，金额 {had} 元，与本行不同：金额有误的先撤销原来的一笔；确是另一次申报的，写明“申报编号”"
        )
        return _result(each, "refused", "award_differs", text)
    if before is not None and before[1] == "freed":
        return _result(each, "unchanged", "withdrawn_before", "这一笔此前已撤销，不再载入")
    if before is not None:
        return _result(each, "unchanged", "unchanged", "登记册已有这一笔")
    if of_others:
        text = "该层级的政府已在本系统办理，由其自行登记，本地区不必导入"
        return _result(each, "refused", "level_keeps_its_own", text)
    if granted_here:
        text = "本系统已有本地区同一事项、同一年度的批准记录，不重复导入"
        return _result(each, "refused", "award_in_register", text)
    return _result(each, "accepted", "award_recorded", "")


def _result(each: AwardLine, outcome: Any, code: str, text: str) -> LineResult:
    return LineResult(line=each.line, outcome=outcome, code=code, message=f"{text}。" if text else "")


def _id_of(each: AwardLine, tenant: str, own: Level) -> str:
    keys = [f"{key.fact}={key.value}" for key in each.keys]
    said = (
        each.level or own,
        each.uscc,
        each.family,
        each.year,
        each.part,
        each.instalment,
        each.claim,
        each.granted_on,
    )
    return imported_id(tenant, *said, *keys)


def _row(each: AwardLine, id: str, tenant: str, own: Level, now: datetime) -> dict[str, Any]:
    claim = imported_id("claim", tenant, each.uscc, each.family, each.claim) if each.claim else id
    return {
        "tenant": tenant,
        "id": id,
        "what": "granted",
        "claim": claim,
        "uscc": each.uscc,
        "family": each.family,
        "title": each.title,
        "part": each.part,
        "level": each.level or own,
        "year": each.year,
        "period": f"{each.year:04d}",
        "instalment": each.instalment,
        "revision": 1,
        "number": 1,
        "fen": each.fen,
        "keys": [key.model_dump(mode="json") for key in each.keys],
        "groups": [],
        "records": [],
        "granted_on": each.granted_on,
        "source": "imported",
        "recorded_at": now,
        "state": "reserved",
    }


def _granted_here(sound: Sequence[AwardLine], tenant: str, uow: UnitOfWork) -> frozenset[int]:
    rows = [
        {"line": each.line, "uscc": each.uscc, "family": each.family, "year": each.year, "part": each.part}
        for each in sound
    ]
    asked = {"rows": orjson.dumps(rows).decode(), "tenant": tenant}
    return frozenset(uow.execute(GRANTED_HERE, asked).scalars())


def _own_level(tenant: str, uow: UnitOfWork) -> Level:
    for level in (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATIONAL):
        if _tenant_of(level, tenant, uow) == tenant:
            return level
    return Level.COUNTY


def _levels_of_others(sound: Collection[AwardLine], tenant: str, own: Level, uow: UnitOfWork) -> frozenset[Level]:
    """Levels of government over the tenant that keep their awards here themselves."""
    levels = {each.level for each in sound if each.level is not None and each.level is not own}
    return frozenset(level for level in levels if _tenant_of(level, tenant, uow) not in (None, tenant))


def _tenant_of(level: Level, tenant: str, uow: UnitOfWork) -> str | None:
    try:
        return uow.registry.payer(level, tenant)
    except Refused:
        return None
