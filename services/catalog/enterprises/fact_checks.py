"""What is wrong with a fact as it is told, and with taking a record back. Pure."""

from __future__ import annotations

from datetime import date

from contracts.fact_records import FactRecord
from contracts.message import Actor
from contracts.refusal import Reason
from contracts.rule import Fact, FactKind
from contracts.written import is_no_code

CODED = (FactKind.CODE, FactKind.CODES)


def wrong_with(fact: Fact, index: int, today: date) -> list[Reason]:
    reasons = []
    said = fact.value if isinstance(fact.value, tuple) else (str(fact.value),)
    if fact.kind in CODED and any(map(is_no_code, said)):
        text = f"“{fact.name}”的值不是代码：表格软件的错误值和“NULL”“-”一类的占位不是数据，没有数据的请不填"
        reasons.append(Reason(code="fact_no_code", message=text, field=f"facts.{index}.value"))
    if fact.as_of > today:
        text = f"“{fact.name}”的数据日期 {fact.as_of} 晚于今天"
        reasons.append(Reason(code="fact_from_future", message=text, field=f"facts.{index}.as_of"))
    elif fact.valid_until is not None and fact.valid_until < fact.as_of:
        text = f"“{fact.name}”的有效期 {fact.valid_until} 早于数据日期 {fact.as_of}"
        reasons.append(Reason(code="fact_validity_reversed", message=text, field=f"facts.{index}.valid_until"))
    return reasons


def wrong_withdrawal(id: str, record: FactRecord | None, index: int, by: Actor) -> list[Reason]:
    field = f"records.{index}"
    if record is None:
        return [Reason(code="fact_record_unknown", message=f"档案中没有编号为 {id} 的数据", field=field)]
    about = f"“{record.fact.name}”（{record.fact.source}，{record.fact.as_of}）"
    if record.standing == "withdrawn":
        return [Reason(code="fact_withdrawn_already", message=f"{about}已经撤回", field=field)]
    same_department = by.department is not None and by.department == record.recorded_for
    if by.id != record.recorded_by and not same_department and "bureau" not in by.roles:
        text = f"{about}由其他部门录入，只能由录入部门或行政审批局撤回"
        return [Reason(code="fact_of_other_department", message=text, field=field)]
    return []
