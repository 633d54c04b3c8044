"""A catalogue that imports enterprises, in the test's own process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from front_office import CLERK, ZHANGGONG, Replica

from chassis.files.objects import Objects
from chassis.operations import runs as operation_runs
from chassis.operations.work import chunks_due
from chassis.time.jobs import claim
from console.policy.sample_city.enterprises import credit_code_of, draw, name_of
from contracts.enterprise_imports import ImportEnterprises
from contracts.enterprises import GetEnterprise
from contracts.message import Actor
from contracts.operations import GetOperation, LineResult, ListOperationLines, OperationView
from services.catalog.enterprises.admitted_codes import all_admitted
from services.catalog.imports.use_cases import KIND, import_enterprises
from services.catalog.imports.vocabulary import vocabulary
from services.catalog.imports.work import EnterpriseImport

ENTERPRISES = draw(2000)
CODES = [credit_code_of(ENTERPRISES, row) for row in range(2000)]
NAMES = [name_of(ENTERPRISES, row) for row in range(2000)]
HEADING = "统一社会信用代码,企业名称,行业,联系手机,revenue:2025:万元,above_scale:2025:是否,tax_credit_grade:2025:代码"
BUREAU = Actor(
    id="officer-9", roles=frozenset({"bureau"}), name="审批局", speaks_for=frozenset({"statistics", "window"})
)


def line(row: int, revenue: str = "1200.50", flag: str = "是", grade: str = "A") -> str:
    return f"{CODES[row]},{NAMES[row]},软件业,138{row:08d},{revenue},{flag},{grade}"


def table(lines: Sequence[str], heading: str = HEADING) -> bytes:
    return "\r\n".join([heading, *lines, ""]).encode()


class Office:
    """A catalogue that imports, from what was uploaded or from a data exchange."""

    def __init__(self, replica: Replica, folder: Path, feed: Callable[[], Any]) -> None:
        self.replica, self.folder = replica, folder
        frame = replica.frame
        # A store of its own each time, as a process has them.
        work = EnterpriseImport(frame.cipher, self._store, feed, self._vocabulary, frame.clock.now, self._admitted)
        self.due = chunks_due(frame, KIND, work)

    def _store(self) -> Objects:
        return Objects.in_folder(self.folder / "objects", spool_in=self.folder / "spool")

    def _vocabulary(self, tenant: str) -> Any:
        with self.replica.frame.reader([tenant]) as reader:
            return vocabulary(reader)

    def _admitted(self, tenant: str) -> frozenset[str]:
        with self.replica.frame.reader([tenant]) as reader:
            return all_admitted(reader)

    def uploads(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / "objects" / ZHANGGONG / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return sha256

    def begins(self, content: bytes | None = None, **more: Any) -> str:
        asked = {"format": "csv", "source": "章贡区统计局", "as_of": "2026-03-01", **more}
        if content is not None:
            asked["sha256"] = self.uploads(content)
        with self.replica.frame.unit([ZHANGGONG], action=KIND, actor=BUREAU) as uow:
            return import_enterprises(ImportEnterprises.model_validate(asked), uow).operation_id

    def works(self) -> None:
        """Whatever is due, turn after turn."""
        frame = self.replica.frame
        while jobs := claim(frame.frame_engine, self.due.kind, frame.clock.now(), 1):
            self.due.handle(jobs)

    def imports(self, content: bytes | None = None, **more: Any) -> OperationView:
        operation = self.begins(content, **more)
        self.works()
        return self.view(operation)

    def beginner(self, operation: str) -> Actor:
        """Whoever began it, who may ask about it."""
        with self.replica.frame.reader([ZHANGGONG]) as reader:
            begun = "SELECT begun_by FROM operation_run WHERE id = :id"
            return Actor.model_validate(reader.execute(begun, {"id": operation}).scalar_one())

    def view(self, operation: str) -> OperationView:
        with self.replica.frame.reader([ZHANGGONG], actor=self.beginner(operation)) as reader:
            return operation_runs.get_operation(GetOperation(operation_id=operation), reader, "catalog")

    def lines(self, view: OperationView, **more: Any) -> list[LineResult]:
        query = ListOperationLines(operation_id=view.operation_id, limit=1000, **more)
        with self.replica.frame.reader([ZHANGGONG], actor=self.beginner(view.operation_id)) as reader:
            return list(operation_runs.list_operation_lines(query, reader).lines)

    def file_of(self, row: int) -> dict[str, Any]:
        ((enterprise_id,),) = self.replica.rows(f"SELECT id FROM enterprise WHERE uscc = '{CODES[row]}'")
        found: dict[str, Any] = self.replica.asked(GetEnterprise(enterprise_id=enterprise_id), actor=CLERK)["ok"]
        return found

    def knows(self, count: int, tenant: str = ZHANGGONG) -> None:
        """Enterprises without facts, `known-1` and on."""
        self.replica.does(
            "INSERT INTO enterprise (tenant, id, version, sequence, uscc, name, contact_sealed, contact_masked, recorded)"
            f" SELECT '{tenant}', 'known-' || n, 1, 1, 'code-' || n, 'known', '', '', '[]'"
            f" FROM generate_series(1, {count}) AS n"
        )

    def count(self, what: str) -> int:
        return int(self.replica.rows(f"SELECT count(*) FROM {what}")[0][0])
