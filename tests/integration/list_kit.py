"""No-application lists on real databases: a city with two counties, whose enterprises intake has heard of, and its list as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from front_office import CITY, ZHANGGONG, Replica, onboarded, sample_content
from stdnum.cn import uscc as credit_codes

from chassis.files.objects import Objects
from chassis.foundation.ids import new_id
from chassis.operations import runs as operation_runs
from chassis.operations.work import chunks_due
from chassis.time.jobs import claim
from contracts.enterprises import EnterpriseRegistered, Payee, PayeeAccountChanged
from contracts.item import PolicyItemContent
from contracts.message import Actor, TenantId
from contracts.nomination_lists import ImportNominations
from contracts.operations import GetOperation, LineResult, ListOperationLines, OperationView
from contracts.policies import PolicyPublished
from contracts.rule import Fact, Level
from services.intake.nominations.homes import Homes
from services.intake.nominations.importing import NominationImport
from services.intake.nominations.use_cases import KIND

XINGGUO = "360732"
HEADING = "序号,统一社会信用代码,企业名称,金额（元）"
AMOUNT = 50_000
"""Yuan that the sample item GZ-009 gives."""


def content_of(*steps: dict[str, object]) -> PolicyItemContent:
    """The sample item that nobody applies for, paid by the city alone, with these steps before its approval."""
    said = sample_content("GZ-009").model_dump(mode="json")
    *first, approval = said["rules"]["plan"]["steps"]
    said["rules"]["plan"]["steps"] = [*first, *steps, approval]
    said["rules"]["shares"] = {"node": "split", "parts": [{"payer": "city", "fraction": "1"}], "remainder_to": "city"}
    return PolicyItemContent.model_validate(said)


def code_of(number: int) -> str:
    body = f"91360702L{number:08d}"
    return body + credit_codes.calc_check_digit(body)


def name_of(number: int) -> str:
    return f"名单企业{number:05d}"


def registered(number: int, *, listed: bool = True) -> EnterpriseRegistered:
    """The file of an enterprise that meets the item's condition, or (`listed` false) does not."""
    fact = Fact.model_validate(
        {
            "name": "tech_sme_first_listed",
            "kind": "flag",
            "value": listed,
            "period": "2025",
            "source": "章贡区科技局",
            "as_of": date(2026, 1, 12),
        }
    )
    return EnterpriseRegistered(
        enterprise_id=f"e{number:05d}",
        uscc=code_of(number),
        name=name_of(number),
        industry=None,
        contact_sealed="",
        contact_masked="",
        facts=(fact,),
    )


def with_account(number: int) -> PayeeAccountChanged:
    payee = Payee(
        account_id=f"a{number:05d}",
        account_version=1,
        account_name=name_of(number),
        account_sealed="sealed",
        account_masked="****0001",
        bank_name="示例银行",
    )
    return PayeeAccountChanged(enterprise_id=f"e{number:05d}", payee=payee)


def line(number: int, *, code: str | None = None, yuan: int | str = AMOUNT) -> str:
    return f"{number},{code or code_of(number)},{name_of(number)},{yuan}"


class ListDesk:
    """Intake with its long work done at once; files are uploads of the city's."""

    def __init__(self, intake: Replica, folder: Path) -> None:
        self.intake = intake
        self.folder = folder
        self.work = NominationImport(self._store, Homes(intake.frame.reader), intake.frame.cipher)
        self.due = chunks_due(intake.frame, KIND, self.work)
        intake.hears(
            onboarded(CITY, None, Level.CITY, "GZ"),
            onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
            onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
        )

    def publishes(self, content: PolicyItemContent) -> str:
        """→ item id: what a version says is remembered by it, in this process for good."""
        item_id = new_id()
        event = PolicyPublished(item_id=item_id, tenant=CITY, item_version=1, content=content)
        self.intake.hears(event, tenant=CITY)
        return item_id

    def knows(
        self, numbers: Sequence[int], tenant: TenantId, *, unpaid: Sequence[int] = (), unfit: Sequence[int] = ()
    ) -> None:
        for start in range(0, len(numbers), 200):
            part = numbers[start : start + 200]
            self.intake.hears(*(registered(n, listed=n not in unfit) for n in part), tenant=tenant)
            self.intake.hears(*(with_account(n) for n in part if n not in unpaid), tenant=tenant)

    def begins(
        self, item_id: str, lines: Sequence[str], *, key: str | None = None, heading: str = HEADING
    ) -> dict[str, object]:
        """What the door is answered when the list is pushed."""
        content = "\r\n".join([heading, *lines, ""]).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / "objects" / CITY / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        order = ImportNominations(item_id=item_id, format="csv", sha256=sha256)
        return self.intake.ordered(order, tenant=CITY, actor=self.officer, key=key or new_id())

    def pushes(self, item_id: str, lines: Sequence[str], *, key: str | None = None) -> OperationView:
        begun = OperationView.model_validate(self.begins(item_id, lines, key=key)["ok"])
        self.works()
        return self.seen(begun.operation_id)

    def works(self) -> None:
        frame = self.intake.frame
        while jobs := claim(frame.frame_engine, self.due.kind, frame.clock.now(), 1):
            self.due.handle(jobs)

    def seen(self, operation_id: str) -> OperationView:
        with self.intake.frame.reader([CITY], actor=self.officer) as reader:
            return operation_runs.get_operation(GetOperation(operation_id=operation_id), reader, "intake")

    def refused(self, view: OperationView) -> list[LineResult]:
        query = ListOperationLines(operation_id=view.operation_id, outcome="refused", limit=1000)
        with self.intake.frame.reader([CITY], actor=self.officer) as reader:
            return list(operation_runs.list_operation_lines(query, reader).lines)

    @property
    def officer(self) -> Actor:
        department = sample_content("GZ-009").rules.plan.department
        return Actor(
            id="officer", roles=frozenset({"department"}), department=department, duties=frozenset({"first_review"})
        )

    def _store(self) -> Objects:
        return Objects.in_folder(self.folder / "objects", spool_in=self.folder / "spool")
