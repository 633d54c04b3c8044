"""What the rule says against a claim: conditions that are not met, facts that are missing, another amount. Pure."""

from __future__ import annotations

from contracts.item import BenefitKind
from contracts.money import Money
from contracts.refusal import Reason
from contracts.rule import Assessment, MissingFact, State
from rules import headline_of
from rules.text.phrases import period_text
from services.intake.applications.declaration import Declaration, FactKey
from services.intake.catalog_copies.domain import PublishedItem

MISSING_TEXT = {
    "absent": "缺少数据",
    "expired": "数据已过有效期",
    "wrong_kind": "数据类型不符",
    "wrong_unit": "数据单位不符",
    "uneven": "与同组数据的项数不一致",
}


def about_entitlement(assessment: Assessment, declaration: Declaration) -> list[Reason]:
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


def about_amount(assessment: Assessment, item: PublishedItem, claimed_fen: int | None) -> list[Reason]:
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
        text = f"没有可兑付的资金：{headline_of(assessment).text_zh}"
        reasons.append(Reason(code="nothing_payable", message=text))
    return reasons
