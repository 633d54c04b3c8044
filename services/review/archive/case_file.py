"""A case as one file: every row that there is of it, in their order, and the files that it names. Reading, and pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from chassis.time.clock import CHINA
from contracts.archive import ArchivedFile, FileKind
from contracts.case_notices import NOTICE_NAMES
from contracts.intake import Claim
from copies.departments import Database

OF_CASE: Mapping[str, str] = {
    "answers": "SELECT t.case_id, to_jsonb(t) AS said FROM case_answer t WHERE {mine} ORDER BY t.case_id, t.number",
    "material_findings": "SELECT t.case_id, to_jsonb(t) AS said FROM material_finding t WHERE {mine} ORDER BY t.case_id, t.version, t.code",
    "supplements": "SELECT t.case_id, to_jsonb(t) AS said FROM case_supplement t WHERE {mine} ORDER BY t.case_id, t.round",
    "inspections": "SELECT t.case_id, to_jsonb(t) AS said FROM case_inspection t WHERE {mine} ORDER BY t.case_id, t.recorded_at, t.id",
    "figures": "SELECT t.case_id, to_jsonb(t) AS said FROM case_figure t WHERE {mine} ORDER BY t.case_id, t.set_at, t.id",
    "panels": "SELECT t.case_id, to_jsonb(t) AS said FROM case_panel t WHERE {mine} ORDER BY t.case_id, t.drawn_at, t.id",
    "public_notices": "SELECT t.case_id, to_jsonb(t) AS said FROM public_notice t WHERE {mine} ORDER BY t.case_id, t.published_at, t.id",
    "objections": "SELECT t.case_id, to_jsonb(t) AS said FROM notice_objection t WHERE {mine} ORDER BY t.case_id, t.raised_at, t.id",
    "fact_changes": "SELECT t.case_id, to_jsonb(t) AS said FROM case_fact_change t WHERE {mine} ORDER BY t.case_id, t.number",
    "reopenings": "SELECT t.case_id, to_jsonb(t) AS said FROM review_reopening t WHERE {mine} ORDER BY t.case_id, t.proposed_at, t.id",
    "undone_decisions": "SELECT t.case_id, to_jsonb(t) AS said FROM undone_decision t WHERE {mine} ORDER BY t.case_id, t.version",
    "deadline_moves": "SELECT t.case_id, to_jsonb(t) AS said FROM review_deadline_move t WHERE {mine} ORDER BY t.case_id, t.version",
    "papers": "SELECT t.case_id, to_jsonb(t) AS said FROM case_notice t WHERE {mine} ORDER BY t.case_id, t.issued_at, t.id",
    "service": "SELECT t.case_id, to_jsonb(t) AS said FROM notice_course t WHERE {mine} ORDER BY t.case_id, t.issued_at, t.id",
    "awards": "SELECT t.case_id, to_jsonb(t) AS said FROM award_part t WHERE {mine} ORDER BY t.case_id, t.id",
}
"""What there is of a case beside itself, by the name that it has in the file."""

MINE = "t.tenant = ANY (CAST(:tenants AS text[])) AND t.case_id = ANY (CAST(:cases AS text[]))"
CASES = """
SELECT t.id AS case_id, to_jsonb(t) AS said FROM review_case t
WHERE t.tenant = ANY (CAST(:tenants AS text[])) AND t.id = ANY (CAST(:cases AS text[]))
  AND t.state IN ('approved', 'rejected', 'not_accepted', 'withdrawn') AND t.undo_until IS NULL
ORDER BY t.id
"""

OF_SERVICE = frozenset({"traceparent", "sequence", "tasks_given", "listed_by", "emitted"})
"""How the service keeps it, and nothing of the case."""

CASE_FILE = "办件全卷.json"


def decided_case_files(
    database: Database, tenants: Collection[str], cases: Collection[str]
) -> dict[str, dict[str, Any]]:
    """By case, all that is kept of those that are decided and said. What is sealed is left out: nobody could read it, and it opens
    nothing here."""
    asked = {"tenants": sorted(set(tenants)), "cases": sorted(set(cases))}
    found = {row.case_id: {"case": _open(row.said)} for row in database.execute(CASES, asked)}
    if not found:
        return {}
    asked["cases"] = sorted(found)
    for name, statement in OF_CASE.items():
        for row in database.execute(statement.format(mine=MINE), asked):
            found[row.case_id].setdefault(name, []).append(_open(row.said))
    return found


def bytes_of(file: Mapping[str, Any]) -> bytes:
    """The same bytes for the same case: names in their order, letters as they are."""
    return json.dumps(file, ensure_ascii=False, sort_keys=True, indent=1, default=str).encode()


def listed(claim: Claim, file: Mapping[str, Any], content: bytes, at: datetime) -> tuple[ArchivedFile, ...]:
    """The case itself, and every file that it names, each once."""
    own = ArchivedFile(
        kind="case_file",
        name=CASE_FILE,
        sha256=hashlib.sha256(content).hexdigest(),
        kept_by=claim.tenant,
        at=at,
        size=len(content),
    )
    named = {(each.kind, each.sha256): each for each in _named(claim, file)}
    return (own, *named.values())


def _named(claim: Claim, file: Mapping[str, Any]) -> Iterator[ArchivedFile]:
    for course in file.get("service", ()):
        for paper in course["files"]:
            name = f"{NOTICE_NAMES[course['kind']]} {course['number']}{'（已盖章）' if paper['sealed'] else ''}"
            yield _file("notice", name, paper["sha256"], claim.tenant, paper["made_at"], paper["size"])
    for supplement in file.get("supplements", ()):
        for point in supplement["points"]:
            for sha256 in (point.get("answer") or {}).get("files", ()):
                name = f"第 {supplement['round']} 次补正：{point.get('label') or point['code']}"
                yield _file("material", name, sha256, claim.filed_in, supplement["answered_at"])
    for inspection in file.get("inspections", ()):
        for number, photograph in enumerate(inspection["photographs"], 1):
            name = f"现场勘查照片 {number}（{inspection['place']}）"
            yield _file("photograph", name, photograph["sha256"], claim.tenant, inspection["recorded_at"])
    for panel in file.get("panels", ()):
        if panel["conclusion"] is not None:
            yield _file(
                "minutes", "评审记录", panel["conclusion"]["minutes_sha256"], claim.tenant, panel["conclusion"]["at"]
            )
        for sheet in panel["sheets"]:
            if sheet.get("sha256"):
                yield _file("minutes", "专家评分表", sheet["sha256"], claim.tenant, sheet["at"])


def _file(kind: FileKind, name: str, sha256: str, kept_by: str, at: str, size: int | None = None) -> ArchivedFile:
    return ArchivedFile(
        size=size, kind=kind, name=name, sha256=sha256, kept_by=kept_by, at=datetime.fromisoformat(at).astimezone(CHINA)
    )


def _open(said: Any) -> Any:
    if isinstance(said, Mapping):
        return {
            name: _open(value)
            for name, value in said.items()
            if not name.endswith(("_sealed", "_digest")) and name not in OF_SERVICE
        }
    return [_open(each) for each in said] if isinstance(said, list) else said
