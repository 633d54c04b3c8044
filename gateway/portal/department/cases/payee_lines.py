"""Receivers as an officer writes or pastes them: a line each, as a table has them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import ValidationError

from contracts.case_payees import CasePayee, NamedPayee
from contracts.money import Money
from contracts.refusal import Invalid, Reason
from contracts.written import NotWritten, plain_number

SEPARATOR = re.compile("[,，;；]")
MOST = 500


class PayeeLinesWrong(Invalid):
    """Lines that name no receiver: all of them are told, each with its number."""

    code = "payee_lines_wrong"
    sentence = (
        "第 {line} 行不能识别：请依次填写部分序号、收款主体编号、金额（元，整个部分归一人时不填），以逗号或制表符分开。"
    )


class TooManyPayeeLines(Invalid):
    code = "too_many_payee_lines"
    sentence = "一次最多指定 {most} 名收款人，现有 {count} 名；请核对名单。"


class NoPayeeLine(Invalid):
    code = "no_payee_line"
    sentence = "请至少填写一名收款人，每行一名。"


def payees_in(text: str) -> tuple[NamedPayee, ...]:
    """The receivers that the lines name. Raises NoPayeeLine, TooManyPayeeLines, or PayeeLinesWrong with a reason for each line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise NoPayeeLine(field="lines")
    if len(lines) > MOST:
        raise TooManyPayeeLines(most=MOST, count=len(lines), field="lines")
    found, wrong = [], []
    for number, line in lines:
        try:
            found.append(_payee(line))
        except (ValueError, ValidationError, NotWritten):
            wrong.append(number)
    if wrong:
        sentence = PayeeLinesWrong.sentence
        code = PayeeLinesWrong.code
        raise PayeeLinesWrong(
            *(Reason(code=code, message=sentence.format(line=number), field="lines") for number in wrong),
            line="、".join(map(str, wrong)),
        )
    return tuple(found)


def lines_of(payees: Iterable[CasePayee]) -> str:
    """The receivers as they are named, to be changed: what belongs to nobody yet waits for a number."""
    others = [each for each in payees if each.who != "applicant"]
    shared = {each.part for each in others if sum(other.part == each.part for other in others) > 1}
    return "\n".join(_line(each, shared=each.part in shared) for each in others)


def _line(payee: CasePayee, *, shared: bool) -> str:
    amount = Money(payee.amount_fen).yuan if shared and payee.amount_fen is not None else ""
    return f"{payee.part}，{payee.holder_id or ''}" + (f"，{amount}" if amount != "" else "")


def _payee(line: str) -> NamedPayee:
    # What is pasted from a table is parted by tabs, and may group its thousands by commas.
    fields = [each.strip() for each in (line.split("\t") if "\t" in line else SEPARATOR.split(line))]
    part, holder, *more = fields
    amount = more[0].removesuffix("元").strip() if more else ""
    if len(more) > 1:
        raise ValueError("more than an amount")
    fen = Money.from_yuan(plain_number(amount)).fen if amount else None
    return NamedPayee(part=int(part), holder_id=holder, amount_fen=fen)
