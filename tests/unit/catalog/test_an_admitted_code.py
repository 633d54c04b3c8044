"""A credit code that fails its own check is admitted by two persons who have seen the paper."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from stdnum.cn import ric
from stdnum.cn.uscc import calc_check_digit

from contracts.message import Actor
from contracts.refusal import Refused
from services.catalog.code_admissions.domain import AskedCode, CodeAdmission
from services.catalog.code_admissions.use_cases import read_code

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
CLERK, BUREAU = Actor(id="clerk", roles={"window"}), Actor(id="bureau", roles={"bureau"})
ENTERPRISE = Actor(id="owner", roles={"enterprise"}, enterprise_id="e1")
WRONG = "91360702DEM000014J"


def admission(uscc: str = WRONG, issued_on: date = date(2024, 5, 6)) -> CodeAdmission:
    return CodeAdmission(
        id="a1",
        tenant="zhanggong",
        uscc=uscc,
        name="样例合作社",
        wrong="校验码不符",
        document="营业执照",
        document_number="1",
        issuer="市场监管局",
        issued_on=issued_on,
        sha256=None,
        reason="证照如此",
        proposed_by=CLERK.id,
        proposed_at=NOW,
    )


def refused(asked: str, *, by: Actor = CLERK, issued_on: date = date(2024, 5, 6)) -> set[str]:
    read: AskedCode = read_code(asked)
    with pytest.raises(Refused) as found:
        admission(read.uscc, issued_on).check(read, by=by, today=TODAY)
    return {found.value.code, *(reason.code for reason in found.value.refusal().reasons)}


def test_a_code_that_fails_its_check_is_asked_for_by_one_and_admitted_by_another() -> None:
    asked = admission()
    asked.check(read_code(WRONG), by=CLERK, today=TODAY)
    with pytest.raises(Refused, match="申请人以外"):
        asked.admit(by=CLERK, at=NOW)
    asked.admit(by=BUREAU, at=NOW)
    assert (asked.state, asked.decided_by, asked.view().evidence.document) == ("admitted", BUREAU.id, "营业执照")
    with pytest.raises(Refused, match="办结"):
        asked.admit(by=BUREAU, at=NOW)
    with pytest.raises(Refused, match="办结"):
        asked.decline(by=BUREAU, at=NOW, why="不是")


def test_a_code_of_a_department_that_no_table_has_yet_may_be_admitted() -> None:
    asked = read_code("G1360702DEM0000142")
    admission(asked.uscc).check(asked, by=CLERK, today=TODAY)


def test_a_code_that_passes_by_itself_needs_no_second_person() -> None:
    assert "code_passes" in refused("91360702DEM000014H")


@pytest.mark.parametrize("written", ["", "91360702DEM00001", "91360702DEM00001IH", "9136070ADEM000014H"])
def test_what_has_not_the_shape_of_a_code_is_admitted_by_nobody(written: str) -> None:
    assert "uscc_invalid" in refused(written)


def test_a_resident_id_is_admitted_by_nobody_unless_it_is_a_code_as_well() -> None:
    bodies = [f"511119190101{number:05d}" for number in range(10000, 12000)]
    ids = [body + ric.calc_check_digit(f"{body}0") for body in bodies]
    both = next(each for each in ids if each[17] == calc_check_digit(each[:17]))
    neither = next(each for each in ids if each[17] != calc_check_digit(each[:17]))
    assert "uscc_invalid" in refused(neither)
    asked = read_code(both)
    admission(both).check(asked, by=CLERK, today=TODAY)
    assert asked.wrong is not None
    assert "这是居民身份证号" in asked.wrong


def test_everything_against_it_is_told_at_once() -> None:
    told = refused("91360702DEM000014H", issued_on=date(2026, 3, 3))
    assert told == {"code_admission_refused", "code_passes", "evidence_from_future"}


def test_an_enterprise_says_of_no_code_that_it_is_real() -> None:
    assert refused(WRONG, by=ENTERPRISE) == {"code_admission_by_staff_only"}
