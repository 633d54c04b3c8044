"""What others have found, and what the register and the quotas say, as grounds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from contracts.case_materials import MATERIAL_FINDINGS
from contracts.case_steps import StepKind
from contracts.refusal_grounds import RefusalGround
from contracts.rule import HeadlineState
from contracts.rule.plan import Panel
from rules import headline_of
from services.review.grounds.basis import FailedAnswer, QuotaFinding, RefusalBasis

EARLIER = frozenset(
    {
        HeadlineState.USED_UP,
        HeadlineState.GIVES_WAY,
        HeadlineState.BARRED,
        HeadlineState.CAP_REACHED,
        HeadlineState.TOPPED_UP,
    }
)
LATER = frozenset(
    {
        HeadlineState.NOT_YET,
        HeadlineState.WAITING,
        HeadlineState.SKIPPED,
        HeadlineState.STOPPED,
        HeadlineState.COMPLETED,
    }
)
EARLIER_CLAIM = "earlier_claim_stands"
BAD = ("missing", "wrong", "outdated")


def claim_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """That another claim stands in whose place this one was filed."""
    for each in basis.remarks:
        if each.code == EARLIER_CLAIM:
            yield RefusalGround(
                code=f"other:{EARLIER_CLAIM}",
                kind="other",
                text=each.message.removeprefix("不予受理：").rstrip("。"),
                fact="所替代的原申报",
                value="仍然有效，没有被退回",
                source="收件登记",
                as_of=basis.today,
                clause=basis.clause("申报次数规定"),
                would_change="原申报办结为不予批准、不予受理，或由企业撤回后，重新申报",
            )


def step_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """One for each answer that stands against the claim."""
    for each in basis.failed:
        if (make := OF_STEP.get(each.kind)) is not None:
            yield make(each, basis)


def _joint_check(said: FailedAnswer, basis: RefusalBasis) -> RefusalGround:
    ground = said.evidence.get("ground") or said.reason or "未通过联审"
    found, own_basis = said.evidence.get("condition", ""), said.evidence.get("basis", "")
    as_of = said.evidence.get("as_of")
    return RefusalGround(
        code=f"joint_check:{said.step}:{said.slot}"[:160],
        kind="joint_check",
        text=ground,
        fact=f"{said.slot or said.department}的核查结论",
        value=found or "不予通过",
        source=said.evidence.get("source") or said.department,
        as_of=date.fromisoformat(as_of) if as_of else said.on,
        clause=basis.clause("联审条件" + (f"；{own_basis}" if own_basis else "")),
        would_change=f"由{said.department}确认“{ground}”的情形已经消除并重新答复"[:400],
    )


def _panel(said: FailedAnswer, basis: RefusalBasis) -> RefusalGround:
    step = next((each for each in basis.rules.plan.steps if isinstance(each, Panel)), None)
    needed = step.pass_score if step is not None else "60"
    mean = said.evidence.get("mean", "")
    return _found(
        said, basis, "panel", "专家评审未通过", "专家评审平均得分", mean or said.reason, "评估评审规定"
    ).model_copy(
        update={"source": "评审专家组", "would_change": f"专家评审平均得分达到 {needed} 分（现为 {mean or '未达到'}）"}
    )


def _inspection(said: FailedAnswer, basis: RefusalBasis) -> RefusalGround:
    told = "现场勘查未通过"
    change = "勘查发现的问题整改后，由主管部门重新勘查并认定符合"
    return _found(said, basis, "inspection", told, "现场勘查情况", said.reason, "现场勘查规定", change)


def _objection(said: FailedAnswer, basis: RefusalBasis) -> RefusalGround:
    change = "异议所指的情形消除后，由主管部门重新公示"
    return _found(
        said, basis, "public_notice", "公示期间的异议经核查成立", "异议核查结论", said.reason, "公示规定", change
    )


def _recheck(said: FailedAnswer, basis: RefusalBasis) -> RefusalGround:
    change = "复核所指的条件达到后，由主管部门重新复核"
    return _found(said, basis, "instalment", "分期兑付的复核未通过", "复核结论", said.reason, "分期兑付规定", change)


def _approval(said: FailedAnswer, basis: RefusalBasis) -> RefusalGround:
    change = f"由{said.department}重新审查后作出同意的结论"
    return _found(said, basis, "other", "审批未通过", "审批结论", said.reason, "兑付程序", change)


def _found(
    said: FailedAnswer, basis: RefusalBasis, kind: str, text: str, fact: str, value: str, of: str, change: str = "-"
) -> RefusalGround:
    return RefusalGround.model_validate(
        {
            "code": f"{kind}:{said.step}:{said.slot}"[:160].rstrip(":"),
            "kind": kind,
            "text": text,
            "fact": fact,
            "value": value or "未通过",
            "source": said.department or basis.department,
            "as_of": said.on,
            "clause": basis.clause(of),
            "would_change": change,
        }
    )


OF_STEP: Mapping[StepKind, Callable[[FailedAnswer, RefusalBasis], RefusalGround]] = {
    "joint_check": _joint_check,
    "panel": _panel,
    "site_inspection": _inspection,
    "public_notice": _objection,
    "recheck": _recheck,
    "approval": _approval,
}


def material_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """One for each material that somebody has found to be missing, wrong or outdated."""
    for each in basis.materials:
        if each.finding in BAD:
            yield RefusalGround(
                code=f"material:{each.code}",
                kind="material",
                text=f"申报材料“{each.name}”{MATERIAL_FINDINGS[each.finding]}",
                fact=each.name,
                value=each.note or MATERIAL_FINDINGS[each.finding],
                source=f"{basis.department}材料核对",
                as_of=each.confirmed_at.date(),
                clause=basis.clause("申报材料要求"),
                would_change=f"企业补交齐全、有效的“{each.name}”并经核对"[:400],
            )


def quota_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """One for each quota that is used up, or whose batch has left the claim out. Who only waits is not refused."""
    for each in basis.quotas:
        if each.outcome in ("used_up", "not_served"):
            yield quota_ground(each, basis)


def quota_ground(said: QuotaFinding, basis: RefusalBasis) -> RefusalGround:
    """The quota, and what its batch or what is left of it says of the claim."""
    by_batch = said.outcome == "not_served"
    later = "列入下一批次，或额度增加后重新编制批次" if by_batch else "额度有释放或增加，或在下一年度（批次）重新申报"
    return RefusalGround(
        code=f"quota:{said.number}",
        kind="quota",
        text=f"{said.limits}：{'本批次未列入本件' if by_batch else '额度已经用完'}",
        fact="额度使用情况",
        value=said.why,
        source="额度登记" if not by_batch else "批次排序结果",
        as_of=basis.today,
        clause=basis.clause("名额和资金额度规定"),
        would_change=later,
    )


def award_grounds(basis: RefusalBasis) -> Iterator[RefusalGround]:
    """What earlier awards stand against the claim; what only takes a part of it is no ground."""
    assessment = basis.assessment
    headline = assessment.headline or headline_of(assessment)
    if headline.state in EARLIER:
        said = [each.text_zh for each in assessment.objections if each.part is None]
        said = said or [each.text_zh for each in assessment.amount.reductions] or list(headline.why)
        for number, text in enumerate(dict.fromkeys(said or [headline.text_zh]), 1):
            yield _register(f"earlier_award:{number}", text, basis)
    elif headline.state in LATER:
        yield _instalment(headline.text_zh, basis)
    elif headline.state is HeadlineState.NOTHING_DUE:
        yield _worked_out("amount", "按规则测算，应兑付的金额为零", headline.why, "兑付标准", basis)
    elif headline.state in (HeadlineState.NOT_OPEN, HeadlineState.CLOSED):
        yield _worked_out("window", "申报时不在受理期内", (headline.text_zh,), "受理期限", basis)


def _register(code: str, text: str, basis: RefusalBasis) -> RefusalGround:
    return RefusalGround(
        code=code,
        kind="earlier_award",
        text=text.rstrip("。"),
        fact="已获奖补",
        value=text.rstrip("。"),
        source="奖补登记册",
        as_of=basis.today,
        clause=basis.clause("不重复享受、封顶和补差规定"),
        would_change="登记册所记的以往奖补有误并经更正，或已全额退回",
    )


def _instalment(text: str, basis: RefusalBasis) -> RefusalGround:
    said = basis.assessment.instalment
    return RefusalGround(
        code="instalment",
        kind="instalment",
        text=text.rstrip("。"),
        fact=said.label if said is not None and said.label else "本期兑付条件",
        value=said.reason if said is not None else text,
        source="按本件数据测算",
        as_of=basis.today,
        clause=basis.clause("分期兑付规定"),
        would_change=f"达到本期的兑付条件：{said.reason}"[:400] if said is not None else "达到本期的兑付条件",
    )


def _worked_out(code: str, text: str, why: tuple[str, ...], of: str, basis: RefusalBasis) -> RefusalGround:
    window = code == "window"
    return RefusalGround(
        code=f"other:{code}",
        kind="other",
        text=text,
        fact="申报日期" if window else "测算结果",
        value=basis.filed_on.isoformat() if window else "；".join(why) or "0 元",
        source="收件登记" if window else "按本件数据测算",
        as_of=basis.filed_on if window else basis.today,
        clause=basis.clause(of),
        would_change=f"在受理期内重新申报（{'；'.join(why)}）"
        if window
        else "计算金额所依据的数据变化，使测算结果大于零",
    )
