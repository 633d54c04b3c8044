"""What the rule says against a claim: conditions that are not met, facts that are missing, another amount. Pure."""

from __future__ import annotations

from contracts.money import Money
from contracts.refusal import Reason
from contracts.rule import Assessment, ConditionResult, HeadlineState, MissingFact, State
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
    "contradicts": "与其他数据互相矛盾",
}

NOT_YOURS = {
    "decision": "“{label}”由主管部门核定，核定前不能确定金额，请联系主管部门",
    "award": "以前获得的奖补缺少“{label}”，请联系主管部门补录",
    "unstated": "政策文件没有写明“{label}”，金额无法计算，请联系主管部门",
}
"""What the enterprise can neither declare nor have put into its file."""


def awaits_decision(assessment: Assessment) -> bool:
    """Whether nothing is missing any more but figures that persons set after the filing: it can be filed, and is worth what they
    say."""
    missing = assessment.amount.missing
    met = assessment.verdict.state is State.MET
    return (
        met and assessment.amount.money is None and bool(missing) and all(each.kind == "decision" for each in missing)
    )


def about_entitlement(assessment: Assessment, declaration: Declaration) -> list[Reason]:
    """What stands against filing it, or listing it."""
    verdict = assessment.verdict
    reasons, lacking = [], [*declaration.missing]
    if any(each.why == "contradicts" for each in verdict.missing):
        reasons = [_contradiction(each, assessment, declaration) for each in verdict.reasons]
    elif verdict.state is State.NOT_MET:
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
        lacking += verdict.missing
        # What persons set once it is filed or listed, nobody can bring now; beside anything else it is not worth a word.
        lacking += [each for each in assessment.amount.missing if each.kind != "decision"]
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


def _contradiction(broken: ConditionResult, assessment: Assessment, declaration: Declaration) -> Reason:
    """What facts owe each other and these do not keep, beside a fact that the form asks for, if one is among them."""
    keys = [(broken.fact, broken.period), *((each.name, each.period) for each in assessment.verdict.missing)]
    about = next((key for key in keys if key in declaration.fields), keys[0])
    text = f"{broken.text_zh}；填报有误的请改正，企业档案有误的请先更正档案"
    return Reason(code="facts_contradict", message=text, field=f"facts.{about[0]}")


def _missing(fact: MissingFact, declarable: bool) -> Reason:
    if fact.kind == "parameter":
        text = f"测算所依据的“{fact.label}”尚未录入，请联系主管部门；录入后即可申报"
        return Reason(code="outside_figure_missing", message=text, field=f"figures.{fact.name}")
    if fact.kind in NOT_YOURS:
        text = NOT_YOURS[fact.kind].format(label=fact.label)
        return Reason(code="facts_missing", message=text, field=f"facts.{fact.name}")
    where = "请在申报表中填写" if declarable else "请联系主管部门补充企业档案"
    text = f"“{period_text(fact.period)}{fact.label}”{MISSING_TEXT[fact.why]}，{where}"
    return Reason(code="facts_missing", message=text, field=f"facts.{fact.name}")


def about_amount(assessment: Assessment, item: PublishedItem, claimed_fen: int | None) -> list[Reason]:
    amount = assessment.amount
    if amount.money is None:
        if awaits_decision(assessment):
            return _beyond_range(assessment, claimed_fen)
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
    headline = assessment.headline or headline_of(assessment)
    money = item.content.benefit_kind.pays_money and headline.state is not HeadlineState.IN_KIND
    if met and not amount.money and money:
        text = f"没有可兑付的资金：{headline.text_zh}"
        reasons.append(Reason(code="nothing_payable", message=text))
    return reasons


def _beyond_range(assessment: Assessment, claimed_fen: int | None) -> list[Reason]:
    """Why what is claimed cannot be what will be set."""
    lowest, highest = assessment.amount.lowest, assessment.amount.highest
    if claimed_fen is None or highest is None:
        return []
    least = lowest.fen if lowest is not None else 0
    if least <= claimed_fen <= highest.fen:
        return []
    span = f"{Money(least).yuan_text()} 至 {highest.yuan_text()} 元"
    text = f"申报金额 {Money(claimed_fen).yuan_text()} 元不在可核定的范围（{span}）之内，请改正或不填"
    return [Reason(code="amount_mismatch", message=text, field="claimed_fen")]
