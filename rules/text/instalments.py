"""Payment in parts in words: the schedule for the guide, and what became of one part for the working."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from contracts.money import Money
from contracts.rule import (
    Instalment,
    InstalmentPlan,
    Instalments,
    InstalmentsBy,
    Recheck,
)
from rules.text.layout import laid_out, listed, together
from rules.text.phrases import IF_FAILED, Names, date_text, fraction_text
from rules.text.trees import amount_sentence, condition_phrase

_TOGETHER = "同时到期的各期一并兑付"
_RECOMPUTED = "各期总额按当期数据重新计算，扣除前几期已付的"
ALONE = {"skip": "本期不予兑付", "stop": "本期不再兑付"}
"""What becomes of a part that no other follows."""

_YEARS = {0: "首期申报当年", 1: "首期申报次年"}


def instalments_sentence(plan: Instalments, names: Names) -> str:
    """In what parts it is paid."""
    terms = [text for holds, text in ((plan.together, _TOGETHER), (plan.whole == "recomputed", _RECOMPUTED)) if holds]
    return together(laid_out(_schedules(plan, names)), f"{'；'.join(terms)}。" if terms else "")


def _schedules(plan: Instalments, names: Names) -> str:
    if isinstance(plan, InstalmentPlan):
        return _parts(plan.parts, names)
    if isinstance(plan, InstalmentsBy):
        head = f"按{names.fact(plan.fact, plan.period)}分期"
        rows = [f"{names.codes(plan.fact, row.codes)}：{_parts(row.parts, names)}" for row in plan.rows]
    else:
        head = "按首期申报时的情况分期（以后不再变动）"
        rows = [f"{condition_phrase(row.condition, names)}的：{_parts(row.parts, names)}" for row in plan.rows]
    if plan.otherwise is not None:
        rows.append(f"其他：{_parts(plan.otherwise, names)}")
    return f"{head}：{listed(rows)}"


def _parts(parts: tuple[Instalment, ...], names: Names) -> str:
    if len(parts) == 1:
        return f"一次付清{_terms(parts[0], names, is_last=True)}"
    last = len(parts) - 1
    told = (_part(part, names, is_last=index == last) for index, part in enumerate(parts))
    return f"分 {len(parts)} 期：{listed(told)}"


def _part(part: Instalment, names: Names, *, is_last: bool) -> str:
    money = (
        fraction_text(part.fraction) if part.fraction else amount_sentence(part.amount, names) if part.amount else ""
    )
    return f"{part.label} {money}{_terms(part, names, is_last=is_last)}"


def _terms(part: Instalment, names: Names, *, is_last: bool) -> str:
    """From when, and on what conditions."""
    told = [_due(part, names)] if part.due_year is not None or part.due_on is not None else []
    if part.recheck is not None:
        first = Recheck(condition=part.recheck, exemption=part.exemption, if_failed=part.if_failed)
        told.append(_recheck(first, names, is_last=is_last))
    told += [_recheck(each, names, is_last=is_last) for each in part.rechecks]
    return "".join(f"，{each}" for each in told)


def _due(part: Instalment, names: Names) -> str:
    if part.due_year is not None:
        since = _YEARS.get(part.due_year, f"首期申报后第 {part.due_year} 年")
    else:
        since = date_text(part.due_on, names).removeprefix("（").removesuffix("）") if part.due_on else ""
    return f"{since}起可申报"


def _recheck(check: Recheck, names: Names, *, is_last: bool) -> str:
    phrase = f"须{condition_phrase(check.condition, names)}"
    if check.exemption is not None:
        phrase += f"（{condition_phrase(check.exemption, names)}的，视为符合）"
    return f"{phrase}，不符合的{ALONE[check.if_failed] if is_last and check.if_failed in ALONE else _if_failed(check)}"


def _if_failed(check: Recheck) -> str:
    if check.if_failed == "reduce":
        return f"本期按 {fraction_text(check.reduced_to or '0')} 兑付，其余不再兑付"
    return IF_FAILED[check.if_failed]


# -- what became of one part -------------------------------------------------------------------------------


def fraction_line(number: int, part: Instalment, whole: Money, money: Money) -> str:
    """How the part of a whole that was fixed came about."""
    return f"{part_name(number, part)}：{whole.yuan_text()} 元 × {part.fraction} = {money.yuan_text()} 元"


def recomputed_line(number: int, part: Instalment, whole: Money, earned: Fraction, paid: Money, money: Money) -> str:
    """How the part of a whole that is worked out anew came about."""
    so_far = f"{earned.numerator}/{earned.denominator}" if earned.denominator > 1 else str(earned.numerator)
    now = f"按现在的总额 {whole.yuan_text()} 元，累计应付 {fraction_text(so_far)}"
    return f"{part_name(number, part)}：{now}，减去已付 {paid.yuan_text()} 元 = {money.yuan_text()} 元"


def reduced_line(number: int, part: Instalment, reduced_to: str, paid: Money) -> str:
    """Why a part pays less than it comes to."""
    less = f"按 {fraction_text(reduced_to)} 兑付 {paid.yuan_text()} 元，其余不再兑付"
    return f"{part_name(number, part)}：复核未全部通过，{less}"


def part_name(number: int, part: Instalment) -> str:
    """`第 2 期（竣工验收）`."""
    return f"第 {number} 期（{part.label}）"


def numbers_text(numbers: Sequence[int]) -> str:
    """`第 1、2 期`."""
    return f"第 {'、'.join(map(str, numbers))} 期"


def not_yet_reason(part: Instalment, since: date, year: int) -> str:
    """Why nothing is paid yet, and that nothing is lost by it."""
    from_when = f"{since.year} 年度" if part.due_year is not None else f"{since.isoformat()} "
    now = f"，这次申报的是 {year} 年度" if part.due_year is not None and year < since.year else ""
    return f"本期自 {from_when}起可以申报{now}，尚未到期；到期后照常申报，不影响本期和以后各期"


def failed_reason(check: Recheck) -> str:
    """What becomes of a part whose recheck failed."""
    outcome = "部分通过" if check.if_failed == "reduce" else "未通过"
    return f"本期复核{outcome}：{_if_failed(check)}"


def lacking_reason(what: str, labels: Sequence[str]) -> str:
    """What nobody can tell yet, and for want of what."""
    return f"{what}缺少：{'、'.join(dict.fromkeys(labels))}"
