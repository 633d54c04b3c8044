"""受理条件: everything that stands against a claim, at once. Pure: the item, the firm and the day are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from contracts.intake import NominationLine, SubmitApplication
from contracts.item import BenefitKind
from contracts.money import Money
from contracts.refusal import Reason
from contracts.rule import (
    Assessment,
    Fact,
    FactSheet,
    ItemRules,
    MissingFact,
    Mode,
    ParameterValue,
    PaymentFrequency,
    State,
    absolute_period,
)
from rules import assess
from rules.facts import FactReader
from rules.wording import period_text
from services.intake.declaration import Declaration, FactKey, exact, read_declaration
from services.intake.domain import Firm, PublishedItem

MISSING_TEXT = {
    "absent": "缺少数据",
    "expired": "数据已过有效期",
    "wrong_kind": "数据类型不符",
    "wrong_unit": "数据单位不符",
    "uneven": "与同组数据的项数不一致",
}


@dataclass(frozen=True, slots=True)
class Admission:
    """What the checks came to. Without `reasons` the claim stands on `facts` and on the outside `figures` that were
    used, and comes to `amount_fen`.

    `period` is what it is claimed for; empty where item or firm is unknown.
    """

    reasons: tuple[Reason, ...]
    facts: tuple[Fact, ...] = ()
    figures: tuple[ParameterValue, ...] = ()
    amount_fen: int = 0
    period: str = ""


def admit(item: PublishedItem | None, firm: Firm | None, cmd: SubmitApplication, today: date) -> Admission:
    """Whether this application can be taken today; `today` is the date in China.

    `item` is absent when nobody whose items the firm may use has published it, `firm` when its tenant has no
    such enterprise. Whether the claim is a duplicate is for the one to see who holds the earlier ones.
    """
    reasons = [
        *_about_item(item, today, by_list=False),
        *_about_firm(firm),
        *_about_payee(firm, cmd.payee_name),
    ]
    if item is None or firm is None:
        return Admission(reasons=tuple(reasons))
    declaration = read_declaration(cmd.declared_facts, item.content.rules, firm.facts, today, item.figures)
    reasons += declaration.reasons
    assessment = assess(item.content.rules, declaration.sheet, today)
    reasons += _about_entitlement(assessment, declaration)
    reasons += _about_amount(assessment, item, cmd.claimed_fen)
    reasons += _about_commitments(item, cmd.commitments)
    return _admission(reasons, item, declaration, assessment, today)


def admit_line(item: PublishedItem | None, firm: Firm | None, line: NominationLine, today: date) -> Admission:
    """The same for one line of a department's list, where nobody declares or pledges anything."""
    reasons = [*_about_firm(firm), *_about_payee(firm, None)]
    if item is None or firm is None:
        return Admission(reasons=tuple(reasons))
    declaration = read_declaration((), item.content.rules, firm.facts, today, item.figures)
    assessment = assess(item.content.rules, declaration.sheet, today)
    reasons += _about_entitlement(assessment, declaration)
    reasons += _about_amount(assessment, item, line.amount_fen)
    return _admission(reasons, item, declaration, assessment, today)


def reasons_against_list(item: PublishedItem | None, today: date) -> list[Reason]:
    """What stands against a list for this item as a whole."""
    return _about_item(item, today, by_list=True)


def _admission(
    reasons: Sequence[Reason],
    item: PublishedItem,
    declaration: Declaration,
    assessment: Assessment,
    today: date,
) -> Admission:
    period = claim_period(item.content.rules, declaration.sheet, today)
    if reasons:
        return Admission(reasons=tuple(reasons), period=period)
    money = assessment.amount.money
    assert assessment.verdict.state is State.MET, "neither refused nor entitled"
    assert money is not None, "entitled to nobody knows what"
    return Admission((), declaration.sheet.facts, assessment.figures, money.fen, period)


# -- the item -----------------------------------------------------------------------------------------------


def _about_item(item: PublishedItem | None, today: date, *, by_list: bool) -> list[Reason]:
    if item is None:
        text = "没有找到该政策事项，或该事项不在本地区及上级发布的事项之内"
        return [Reason(code="item_unknown", message=text, field="item_id")]
    plan, reasons = item.content.rules.plan, _about_state(item)
    if not by_list and plan.mode is Mode.NO_APPLICATION:
        text = "该事项免申即享，由主管部门推送名单，企业无需申报"
        reasons.append(Reason(code="nobody_applies", message=text, field="item_id"))
    if by_list and plan.mode is not Mode.NO_APPLICATION:
        text = "该事项须由企业申报，不能推送免申即享名单"
        reasons.append(Reason(code="firms_apply", message=text, field="item_id"))
    if plan.window.opens is not None and today < plan.window.opens:
        text = f"该事项自 {plan.window.opens} 起受理"
        reasons.append(Reason(code="window_closed", message=text, field="item_id"))
    if plan.window.closes is not None and today > plan.window.closes:
        text = f"该事项已于 {plan.window.closes} 截止受理"
        reasons.append(Reason(code="window_closed", message=text, field="item_id"))
    return reasons


def _about_state(item: PublishedItem) -> list[Reason]:
    """Why an item that is not on offer takes nothing, in the words of its department."""
    if item.state == "published":
        return []
    words = {
        "suspended": "该事项已暂停受理，恢复时间以主管部门公告为准",
        "withdrawn": "该事项已废止，不再受理",
        "expired": "该事项有效期已届满，不再受理",
    }
    told = f"{words[item.state]}（{item.state_reason}）" if item.state_reason else words[item.state]
    return [Reason(code=f"item_{item.state}", message=told, field="item_id")]


def _about_commitments(item: PublishedItem, commitments: Sequence[str]) -> list[Reason]:
    """A paper of the applicant's own that a pledge may replace is replaced by it; others are no pledge's matter.

    Papers that nothing may replace are seen by the department in its material check.
    """
    materials = [each for each in item.content.rules.plan.materials if each.commitment is not None]
    reasons = [
        Reason(
            code="commitment_missing",
            message=f"未提交材料“{material.name}”的承诺：{material.commitment}",
            field="commitments",
        )
        for material in materials
        if material.required and material.provided_by == "applicant" and material.code not in commitments
    ]
    known = {material.code for material in materials}
    return reasons + [
        Reason(
            code="commitment_unknown",
            message=f"该事项没有可以用承诺代替的材料“{code}”",
            field=f"commitments.{index}",
        )
        for index, code in enumerate(commitments)
        if code not in known
    ]


# -- the firm -----------------------------------------------------------------------------------------------


def _about_firm(firm: Firm | None) -> list[Reason]:
    if firm is not None and firm.merged_into is not None:
        text = f"“{firm.name}”的这份档案已并入编号 {firm.merged_into} 的档案，请以该档案办理"
        return [Reason(code="enterprise_merged_already", message=text, field="enterprise_id")]
    if firm is not None:
        return []
    text = "本地区没有该企业的档案，或企业信息正在同步，请稍后再试"
    return [Reason(code="enterprise_unknown", message=text, field="enterprise_id")]


def _about_payee(firm: Firm | None, payee_name: str | None) -> list[Reason]:
    if firm is None:
        return []
    if firm.payee is None:
        text = f"“{firm.name}”还没有经复核确认的收款账户"
        return [Reason(code="payee_account_missing", message=text, field="enterprise_id")]
    if payee_name is not None and payee_name != firm.payee.account_name:
        text = f"收款人“{payee_name}”与已确认账户的户名“{firm.payee.account_name}”不一致"
        return [Reason(code="payee_name_mismatch", message=text, field="payee_name")]
    return []


# -- what the rule says -------------------------------------------------------------------------------------


def _about_entitlement(assessment: Assessment, declaration: Declaration) -> list[Reason]:
    verdict = assessment.verdict
    reasons, lacking = [], [*declaration.missing]
    if verdict.state is State.NOT_MET:
        reasons = [
            Reason(
                code="not_eligible",
                message=f"不符合条件：{result.text_zh}" + (f"；企业为：{result.actual}" if result.actual else ""),
                field=f"facts.{result.fact}",
            )
            for result in verdict.reasons
            if result.decisive and result.state is State.NOT_MET
        ]
    else:
        lacking += [*verdict.missing, *assessment.amount.missing]
    missing: dict[tuple[FactKey, str], MissingFact] = {}
    for each in lacking:
        key = (each.name, each.period)
        if each.kind != "fact":
            # What tells two of an outside figure apart (whose, on which day) is in what it is called.
            missing.setdefault((key, each.label), each)
        elif key not in declaration.refused:
            # A fact that was declared wrongly has been named already; it is not missing as well.
            missing.setdefault((key, ""), each)
    return reasons + [_missing(each, key in declaration.fields) for (key, _), each in missing.items()]


def _missing(fact: MissingFact, declarable: bool) -> Reason:
    if fact.kind == "parameter":
        text = f"测算所依据的“{fact.label}”尚未录入，请联系主管部门；录入后即可申报"
        return Reason(code="outside_figure_missing", message=text, field=f"figures.{fact.name}")
    where = "请在申报表中填写" if declarable else "请联系主管部门补充企业档案"
    text = f"“{period_text(fact.period)}{fact.label}”{MISSING_TEXT[fact.why]}，{where}"
    return Reason(code="facts_missing", message=text, field=f"facts.{fact.name}")


def _about_amount(assessment: Assessment, item: PublishedItem, claimed_fen: int | None) -> list[Reason]:
    amount = assessment.amount
    if amount.money is None:
        if amount.missing or assessment.verdict.state is State.NOT_MET:
            return []
        text = amount.working[-1].text_zh if amount.working else "无法计算金额"
        return [Reason(code="amount_undetermined", message=text)]
    reasons = []
    if claimed_fen is not None and claimed_fen != amount.money.fen:
        claimed, ruled = Money(claimed_fen).yuan_text(), amount.money.yuan_text()
        text = f"申报金额 {claimed} 元与按规则计算的 {ruled} 元不一致"
        reasons.append(Reason(code="amount_mismatch", message=text, field="claimed_fen"))
    met = assessment.verdict.state is State.MET
    if met and not amount.money and item.content.benefit_kind is BenefitKind.GRANT:
        reasons.append(Reason(code="nothing_payable", message="按规则计算的金额为 0 元，没有可兑付的资金"))
    return reasons


# -- one claim per period -----------------------------------------------------------------------------------


def claim_period(rules: ItemRules, sheet: FactSheet, today: date) -> str:
    """What the item's frequency allows one claim for: ever, or the year, half, quarter or month of the claim.

    Where each event is paid for, events are told apart by the values that the form asks for (or, without a
    form, by all facts that the rule uses): the same event cannot be claimed again in other units.
    """
    half, quarter = (today.month + 5) // 6, (today.month + 2) // 3
    periods: Mapping[PaymentFrequency, str] = {
        PaymentFrequency.ONCE: "once",
        PaymentFrequency.YEARLY: f"{today.year}",
        PaymentFrequency.HALF_YEARLY: f"{today.year}H{half}",
        PaymentFrequency.QUARTERLY: f"{today.year}Q{quarter}",
        PaymentFrequency.MONTHLY: f"{today.year}M{today.month:02d}",
    }
    return periods.get(rules.plan.frequency) or f"event-{_event_mark(rules, sheet, today)}"


def _event_mark(rules: ItemRules, sheet: FactSheet, today: date) -> str:
    asked = {(field.fact, absolute_period(field.period, sheet.reference_year)) for field in rules.plan.form_fields}
    told = asked or {(fact.name, fact.period) for fact in sheet.facts}
    reader = FactReader(sheet, today, rules.fact_types_by_name)
    values = [f"{name}/{period}={exact(reader.read(name, period))}" for name, period in sorted(told, key=str)]
    return sha256("\n".join(values).encode()).hexdigest()[:24]
