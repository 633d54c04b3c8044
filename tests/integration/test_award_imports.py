"""Earlier awards from a table: what is right is taken, what is wrong is told, and the same twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from award_kit import WAN, Desk, asked_for, award_rules, capped
from review_database import Review

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.operations import runs as operation_runs
from chassis.operations.work import chunks_due
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.award_register import GetAward, ImportAwards, ListAwards, ListOwnAwards, WithdrawImportedAward
from contracts.message import Actor
from contracts.operations import GetOperation, LineResult, ListOperationLines, OperationView
from contracts.rule import AwardKey, Level
from services.review.register.imported import KIND, import_awards
from services.review.register.importing import AwardImport, key_facts
from tests.unit.review.review_kit import OFFICER, USCC

HEADING = "统一社会信用代码,事项编码,年度,金额(万元),拨付日期,层级,部分,期次,编号:project_code"
OTHER = "91360702DEM000022C"
CAPPED = award_rules(capped(50, "lifetime", families=("A-1",)))
FIRM = Actor(id="firm-1", roles=frozenset({"enterprise"}), enterprise_id="enterprise-1")


class ImportDesk(Desk):
    """A desk that imports as well."""

    def __init__(self, review: Review, folder: Path) -> None:
        super().__init__(review)
        self.folder = folder
        self.due = chunks_due(review.frame, KIND, AwardImport(self._store, self._facts, review.frame.clock.now))

    def _store(self) -> Objects:
        return Objects.in_folder(self.folder / "objects", spool_in=self.folder / "spool")

    def _facts(self, tenant: str) -> dict[str, str]:
        with self.review.frame.reader([tenant]) as reader:
            return key_facts(reader)

    def imports(self, *lines: str, heading: str = HEADING, tenant: str = "zhanggong") -> OperationView:
        content = "\r\n".join([heading, *lines, ""]).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / "objects" / tenant / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        frame = self.review.frame
        with frame.unit([tenant], action=KIND, actor=OFFICER) as uow:
            begun = import_awards(ImportAwards(format="csv", sha256=sha256), uow).operation_id
        while jobs := claim(frame.frame_engine, self.due.kind, frame.clock.now(), 1):
            self.due.handle(jobs)
        with frame.reader([tenant], actor=OFFICER) as reader:
            return operation_runs.get_operation(GetOperation(operation_id=begun), reader, "review")

    def lines(self, view: OperationView) -> list[LineResult]:
        query = ListOperationLines(operation_id=view.operation_id, limit=1000)
        with self.review.frame.reader([view.tenant], actor=OFFICER) as reader:
            return list(operation_runs.list_operation_lines(query, reader).lines)

    def codes(self, view: OperationView) -> list[tuple[int, str]]:
        return [(each.line, each.code) for each in self.lines(view)]


@pytest.fixture
def desk(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], tmp_path: Path) -> ImportDesk:
    dsns = service_database("review")
    review = Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns)
    return ImportDesk(review.prepared(CAPPED), tmp_path)


def line(uscc: str = USCC, family: str = "A-1", wan: str = "30", **cells: str) -> str:
    said = {"year": "2024", "day": "2024-12-01", "level": "", "part": "", "instalment": "", "project": "", **cells}
    return ",".join([uscc, family, said.pop("year"), wan, *said.values()])


def test_an_imported_award_counts_against_the_cap_of_the_next_claim(desk: ImportDesk) -> None:
    view = desk.imports(line(), line(OTHER))
    assert (view.state, view.accepted, view.refused) == ("finished", 2, 0)
    assert list(desk.grants(asked_for(CAPPED, 40)).values()) == [20 * WAN]


def test_what_a_line_says_is_kept_with_part_level_year_instalment_and_keys(desk: ImportDesk) -> None:
    desk.imports(line(wan="1.5", level="省级", part="设备", instalment="第2期", project="P-1；P-2"))
    (told,) = desk.history(asked_for(CAPPED, 1)).awards
    assert (told.level, told.part, told.year, told.money.fen) == (Level.PROVINCE, "设备", 2024, 15 * WAN // 10)
    assert told.keys == tuple(AwardKey(fact="project_code", value=each) for each in ("P-1", "P-2"))


def test_the_same_file_twice_changes_nothing(desk: ImportDesk) -> None:
    assert desk.imports(line(), line(OTHER)).accepted == 2
    assert desk.imports(line(), line(OTHER), "").unchanged == 2
    assert desk.review.rows("SELECT count(*) FROM award_part WHERE source = 'imported'") == [(2,)]


def test_all_that_is_wrong_with_a_line_is_told_at_once_and_the_others_are_taken(desk: ImportDesk) -> None:
    bad = ",".join(["91360702DEM000014X", "事项", "24", "-3", "2099-01-01", "镇级", "", "61", "P 1"])
    view = desk.imports(line(), bad, line(OTHER, wan=""))
    assert (view.accepted, view.refused) == (1, 2)
    wrong = [each for each in desk.lines(view) if each.line == 3]
    assert [each.code for each in wrong] == ["uscc_invalid", *["value_invalid"] * 7]
    assert {each.column for each in wrong} == {*HEADING.split(",")} - {"部分"}
    assert (4, "cell_empty") in desk.codes(view)


def test_a_heading_that_is_not_understood_fails_with_all_its_columns(desk: ImportDesk) -> None:
    view = desk.imports("x,y", heading="统一社会信用代码,备注")
    assert (view.state, view.notice_code) == ("failed", "award_heading_refused")
    assert all(word in (view.notice or "") for word in ("备注", "事项编码", "年度", "拨付日期", "金额"))


def test_one_award_with_two_amounts_and_what_was_granted_here_are_refused(desk: ImportDesk) -> None:
    desk.grants(asked_for(CAPPED, 10))
    desk.imports(line())
    view = desk.imports(line(wan="31"), line(year="2025"), line(OTHER, level="市级"))
    assert [code for _, code in desk.codes(view)] == ["award_differs", "award_in_register", "level_keeps_its_own"]


def test_an_award_that_was_imported_wrongly_is_taken_back_and_stays_so(desk: ImportDesk) -> None:
    desk.imports(line())
    ((award_id,),) = desk.review.rows("SELECT id FROM award_part WHERE source = 'imported'")
    order = WithdrawImportedAward(award_id=award_id, why="录错了企业")
    assert desk.review.ordered(order, tenant="ganzhou")["refused"]["code"] == "award_unknown"
    assert desk.review.ordered(order)["ok"]["state"] == "freed"
    assert desk.review.ordered(order)["refused"]["code"] == "award_not_withdrawable"
    assert desk.history(asked_for(CAPPED, 1)).awards == ()
    assert [code for _, code in desk.codes(desk.imports(line()))] == ["withdrawn_before"]


def test_staff_see_their_tenants_awards_by_firm_and_a_firm_its_own_wherever(desk: ImportDesk) -> None:
    desk.imports(line(), line(OTHER))
    desk.grants(asked_for(CAPPED, 5))
    desk.grants(asked_for(CAPPED, 7, tenant="ganzhou", family="B-1", filed_in="zhanggong"))
    found = desk.review.asked(ListAwards(uscc=USCC))["ok"]["items"]
    assert sorted(each["amount_fen"] for each in found) == [5 * WAN, 30 * WAN]
    one = desk.review.asked(GetAward(award_id=found[0]["award_id"]))["ok"]
    assert one == found[0]
    first = desk.review.asked(ListAwards(limit=1))["ok"]
    rest = desk.review.asked(ListAwards(limit=5, cursor=first["next_cursor"]))["ok"]
    assert len(first["items"]) + len(rest["items"]) == 3
    own = desk.review.asked(ListOwnAwards(enterprise_id="enterprise-1"), actor=FIRM)["ok"]["items"]
    assert sorted((each["year"], each["family"], each["amount_fen"]) for each in own) == [
        (2024, "A-1", 30 * WAN),
        (2025, "A-1", 5 * WAN),
        (2025, "B-1", 7 * WAN),
    ]
    told: dict[str, Any] = next(each for each in own if each["family"] == "B-1")
    assert (told["title"], told["granted_on"]) == (None, None)
    assert desk.review.asked(ListAwards(), actor=FIRM)["refused"]["code"] == "forbidden"
    assert desk.review.asked(ListOwnAwards(enterprise_id="enterprise-1"))["refused"]["code"] == "forbidden"
