"""Whose turn it is in a case, and which telephone to call."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, cast

import pytest

from contracts.departments import DepartmentFunction
from contracts.treasury import DisbursementFailed, DisbursementHeld, DisbursementReady, DisbursementSettled
from copies.departments import KnownDepartment, KnownDepartments
from services.oversight.domain import CASE_STATES, ENDED, MONEY_STATES, YOURS, AskedDepartment
from services.oversight.progress import progress
from services.oversight.steps import step_of
from services.oversight.turns import PAYING, REVIEWING, CaseStanding, Turn, turns
from tests.unit.oversight.case_story import after, approved, claim, money, steps

TODAY = date(2026, 3, 10)


class MemoryRegister:
    """Departments in a list; `asked` counts how often it was asked."""

    def __init__(self, *entries: KnownDepartment) -> None:
        self._entries = entries
        self.asked = 0

    def entries(
        self,
        tenants: Collection[str],
        ids: Collection[str],
        functions: Collection[DepartmentFunction],
        day: date,
    ) -> list[KnownDepartment]:
        self.asked += 1
        return [
            each
            for each in self._entries
            if each.tenant in tenants and (each.id in ids or each.functions & set(functions))
        ]


def department(tenant: str, id: str, name: str, *functions: DepartmentFunction, telephone: str | None = None) -> Any:
    return KnownDepartment(tenant, id, name, frozenset(functions), telephone)


REGISTER = (
    department("ganzhou", "dep-1", "市工业和信息化局", "policy", telephone="0797-1"),
    department("ganzhou", "money-city", "市财政局", "finance", telephone="0797-2"),
    department("xingguo", "money", "兴国县财政局", "finance", telephone="0797-3"),
    department("xingguo", "bureau", "兴国县行政审批局", "approval_bureau", telephone="0797-4"),
)


def turn(
    state: str,
    *register: KnownDepartment,
    payer: str | None = None,
    id: str | None = "dep-1",
    asked: tuple[AskedDepartment, ...] = (),
) -> Turn:
    standing = CaseStanding(state, "ganzhou", "市工信局", id, payer, asked)
    (found,) = turns([standing], cast("KnownDepartments", MemoryRegister(*register)), TODAY)
    return found


@pytest.mark.parametrize("state", sorted(REVIEWING))
def test_until_it_is_decided_it_is_the_departments_turn(state: str) -> None:
    assert turn(state, *REGISTER) == Turn("市工业和信息化局", "0797-1")
    assert turn(state) == Turn("市工信局"), "what the item calls it, where it is not in the register"
    assert turn(state, *REGISTER, id=None) == Turn("市工信局")


def test_money_is_the_turn_of_the_payers_own_departments() -> None:
    assert turn("held", *REGISTER, payer="xingguo") == Turn("兴国县财政局", "0797-3")
    assert turn("held", *REGISTER, payer="ganzhou") == Turn("市财政局", "0797-2")
    assert turn("ready", *REGISTER, payer="xingguo") == Turn("兴国县行政审批局", "0797-4")
    assert turn("ready", *REGISTER, payer="ganzhou") == Turn("行政审批局")


def test_a_wrong_account_is_the_enterprises_turn_and_nobodys_when_it_is_over() -> None:
    assert turn("returned", *REGISTER, payer="xingguo").who == "企业（更正收款账户）"
    assert turn("settled", *REGISTER, payer="xingguo") == Turn()
    assert turn("rejected", *REGISTER) == Turn()


def test_a_supplement_is_the_enterprises_turn() -> None:
    assert turn("supplementing", *REGISTER) == Turn("企业（补正材料）")


def test_while_other_departments_answer_it_is_their_turn_and_one_is_named_with_its_telephone() -> None:
    tax = AskedDepartment("税务", "money", "xingguo")
    assert turn("accepted", *REGISTER, asked=(tax,)) == Turn("兴国县财政局", "0797-3")
    assert turn("accepted", asked=(tax,)) == Turn("税务")
    both = (tax, AskedDepartment("市生态环境局"))
    assert turn("accepted", *REGISTER, asked=both) == Turn("兴国县财政局、市生态环境局")
    nine = tuple(AskedDepartment(f"部门{number}") for number in range(9))
    assert turn("accepted", asked=nine) == Turn("部门0、部门1、部门2等 9 个部门")
    assert turn("rejected", asked=both) == Turn()


def test_every_state_has_its_turn_or_is_over() -> None:
    states = {"submitted", "supplementing", *CASE_STATES.values(), *MONEY_STATES.values()}
    assert states - REVIEWING - PAYING.keys() - YOURS == ENDED


def test_a_page_of_cases_asks_the_register_once() -> None:
    register = MemoryRegister(*REGISTER)
    standings = [
        CaseStanding(state, "ganzhou", "市工信局", "dep-1", "xingguo") for state in ("held", "accepted", "settled")
    ]
    found = turns(standings, cast("KnownDepartments", register), TODAY)
    assert [each.telephone for each in found] == ["0797-3", "0797-1", None]
    assert register.asked == 1
    assert turns([], cast("KnownDepartments", register), TODAY) == []
    assert register.asked == 1


def test_the_payer_is_whoever_pays_what_the_state_is_about() -> None:
    case = claim()
    city = step_of(money(DisbursementSettled, case, "d-city"), case, after(9), "ganzhou")
    county = step_of(money(DisbursementHeld, case, "d-county"), case, after(5), "xingguo")
    decided = steps((approved(case), 3))
    assert progress([*decided, county]).payer == "xingguo"
    later = step_of(money(DisbursementReady, case, "d-county"), case, after(12), "xingguo")
    assert (progress([*decided, city, county, later]).payer, progress(decided).payer) == ("ganzhou", None)
    failed = step_of(money(DisbursementFailed, case, "d-county"), case, after(13), "xingguo")
    assert progress([*decided, county, failed]).payer == "xingguo"
