"""Whether review can run a plan to its end, and pays on nothing that nobody has looked at: every reason at once.

What was published before these were looked for keeps its meaning, so that they forbid publishing and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from contracts.rule import (
    Approval,
    Decided,
    DecidedOpen,
    InstalmentPlan,
    Instalments,
    ItemRules,
    JointCheck,
    Mode,
    Panel,
    PayeeKind,
    Plan,
    Problem,
    PublicNotice,
    SiteInspection,
    TimeUnit,
)
from contracts.rule.payees import NATURAL_PERSONS
from contracts.rule.plan import AcceptanceTerms, PlanStep, SupplementTerms
from contracts.written import folded, says_nothing
from rules.checking.plan_clocks import clock_problems
from rules.named import parts_below
from rules.plan_run import grouped
from rules.text.plans import STEPS
from rules.units import number

PEOPLE = NATURAL_PERSONS | {PayeeKind.MANAGEMENT_TEAM}
"""Whose money is a person's income: a team is paid as its persons are."""

NO_PERSONS = frozenset({PayeeKind.APPLICANT, PayeeKind.BANK})
"""Who is never a natural person; hosts, investors, landlords and others may be one."""

LEAST_OFFICERS = 2
FULL_SCORE = Fraction(100)
"""What a panel without criteria gives at most."""


def plan_problems(rules: ItemRules) -> Iterator[Problem]:
    """Why review could not run this plan as it is written; `where` points into the rules."""
    for look in _LOOKS:
        yield from look(rules)


def _problem(code: str, where: str, text: str) -> Problem:
    return Problem(code=code, where=where, text_zh=text)


def _at(index: int, field: str = "") -> str:
    return f"/plan/steps/{index}{f'/{field}' if field else ''}"


# -- the order of steps --------------------------------------------------------------------------------------


def _order(rules: ItemRules) -> Iterator[Problem]:
    """What begins together depends on nothing beside it, and what is paid was looked at before it was approved."""
    plan = rules.plan
    if plan.steps[0].beside_previous:
        text = "第一步前面没有别的步骤，不能“与上一步同时进行”；请把 beside_previous 改为 false"
        yield _problem("step_beside_nothing", _at(0, "beside_previous"), text)
    for group in grouped(list(enumerate(plan.steps)), lambda each: each[1].beside_previous):
        yield from _beside(group)
    if isinstance(plan.steps[0], PublicNotice) and plan.mode is not Mode.NO_APPLICATION:
        text = "公示在一切核查之前，公示时还没有结果；请移到材料审核、联合审核等之后"
        yield _problem("notice_before_checks", _at(0), text)
    yield from _approved_last(rules)


def _approved_last(rules: ItemRules) -> Iterator[Problem]:
    """Somebody decides, and sees all that was checked; a list that is paid once was decided when it was drawn up."""
    plan = rules.plan
    approvals = [index for index, step in enumerate(plan.steps) if isinstance(step, Approval)]
    if not approvals and plan.mode is not Mode.NO_APPLICATION:
        text = "没有审批环节（approval），没有人作出决定；请加一步审批"
        yield _problem("plan_without_approval", "/plan/steps", text)
    if not approvals and plan.mode is Mode.NO_APPLICATION and rules.instalments is not None:
        text = "分期兑付的以后各期须有人审批；请加一步审批（approval）"
        yield _problem("plan_without_approval", "/plan/steps", text)
    for index, step in enumerate(plan.steps):
        if approvals and index > approvals[-1] and not isinstance(step, PublicNotice):
            text = f"{STEPS[step.kind]}在最后一次审批之后，审批时看不到它的结果；请移到审批之前"
            yield _problem("check_after_approval", _at(index), text)


def _beside(group: list[tuple[int, PlanStep]]) -> Iterator[Problem]:
    """Of steps that begin together: an approval waits for whatever is checked, and a notice shows what was found."""
    kinds = {step.kind for _, step in group}
    for index, step in group:
        others = "、".join(STEPS[kind] for kind in STEPS if kind in kinds and kind != step.kind)
        if isinstance(step, Approval) and kinds - {"approval"}:
            text = f"审批与{others}同时进行，审批时还没有结果；请让审批在其后（beside_previous 为 false）"
            yield _problem("approval_beside_check", _at(index), text)
        if isinstance(step, PublicNotice) and kinds - {"public_notice", "approval"}:
            text = f"公示与{others}同时进行，公示时还没有结果；请让公示在其后（beside_previous 为 false）"
            yield _problem("notice_beside_check", _at(index), text)


# -- who answers ---------------------------------------------------------------------------------------------


def _answerers(rules: ItemRules) -> Iterator[Problem]:
    for index, step in enumerate(rules.plan.steps):
        if isinstance(step, JointCheck):
            yield from _named_once(step.departments, _at(index, "departments"), "部门")
            yield from _named_once(step.grounds, _at(index, "grounds"), "核查条件")
            if step.department is not None:
                text = "联合审核由 departments 所列的部门答复，不写 department；请删去，或把该部门列入 departments"
                yield _problem("department_of_joint_check", _at(index, "department"), text)
        elif isinstance(step, Approval):
            yield from _named_once(step.duties, _at(index, "duties"), "岗位")
        elif step.level is not None and step.department is None:
            text = f"{STEPS[step.kind]}写了由哪一级办理（level），请同时写明是那一级的哪个部门（department）"
            yield _problem("level_without_department", _at(index, "level"), text)
        if isinstance(step, SiteInspection) and step.officers < LEAST_OFFICERS:
            text = "现场勘查应由不少于 2 名执法人员进行（《行政处罚法》第五十五条）；请写 2 或更多"
            yield _problem("too_few_officers", _at(index, "officers"), text)


def _named_once(names: tuple[str, ...], where: str, called: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if says_nothing(name):
            text = f"“{name}”不是{called}的名称；请写明，或删去"
            yield _problem("name_says_nothing", f"{where}/{index}", text)
        plain = "".join(folded(name).split())
        if plain in seen:
            text = f"{called}“{name}”在这一步写了不止一次，只会答复一次；请只留一处"
            yield _problem("named_twice", f"{where}/{index}", text)
        seen.add(plain)


# -- panels and the figures that are set ---------------------------------------------------------------------


def _panels(rules: ItemRules) -> Iterator[Problem]:
    figures = {part.decision for part in parts_below(rules) if isinstance(part, Decided | DecidedOpen)}
    set_before: set[str] = set()
    noticed = False
    for index, step in enumerate(rules.plan.steps):
        noticed = noticed or isinstance(step, PublicNotice)
        if not isinstance(step, Panel):
            continue
        yield from _scores(step, index)
        if step.sets is None:
            continue
        where = _at(index, "sets")
        if step.sets not in figures:
            known = f"可写：{'、'.join(sorted(figures))}" if figures else "本事项没有须核定的数值，请删去 sets"
            yield _problem("panel_sets_unknown", where, f"金额中没有名为“{step.sets}”的核定数值；{known}")
        if step.sets in set_before:
            text = f"核定数值“{step.sets}”由不止一次评审确定；请只留一处"
            yield _problem("figure_set_twice", where, text)
        if noticed:
            text = "公示之后才由评审确定数值，公示的金额会变；请把评审移到公示之前"
            yield _problem("figure_set_after_notice", where, text)
        set_before.add(step.sets)
    approved = any(isinstance(step, Approval) for step in rules.plan.steps)
    for name in sorted(figures - set_before) if not approved else ():
        text = f"没有哪一步能核定“{name}”；请加一步审批（approval），或由评估评审的 sets 写明"
        yield _problem("figure_never_set", "/plan/steps", text)


def _scores(panel: Panel, index: int) -> Iterator[Problem]:
    if panel.quorum > panel.members:
        text = f"要求至少 {panel.quorum} 人评分，但只抽取 {panel.members} 人；请调整 members 或 quorum"
        yield _problem("panel_quorum_too_large", _at(index, "quorum"), text)
    total = sum((Fraction(each.most) for each in panel.criteria), Fraction(0)) or FULL_SCORE
    if number(panel.pass_score) > total:
        text = f"合格分 {panel.pass_score} 高于满分 {total}，谁也不能通过；请调整合格分或各项满分"
        yield _problem("pass_score_too_high", _at(index, "pass_score"), text)
    if number(panel.pass_score) < 0:
        yield _problem("pass_score_negative", _at(index, "pass_score"), "合格分不能为负数；请写 0 或更高")
    yield from _named_once(tuple(each.name for each in panel.criteria), _at(index, "criteria"), "评分项")


# -- the terms around the steps ------------------------------------------------------------------------------


def _terms(rules: ItemRules) -> Iterator[Problem]:
    plan = rules.plan
    if plan.credit is not None and not any(step.kind == "material_check" for step in plan.steps):
        text = "没有材料审核环节，以信用代审核（credit）没有可免的；请删去 credit，或加一步材料审核"
        yield _problem("credit_without_material_check", "/plan/credit", text)
    if plan.credit is not None and says_nothing(plan.credit.commitment):
        text = f"承诺内容不能写“{plan.credit.commitment}”；请写明企业承诺什么"
        yield _problem("credit_commitment_says_nothing", "/plan/credit/commitment", text)
    if plan.automatic_rechecks and not _has_later_part(rules.instalments):
        text = "没有以后各期，分期复核自动办理（automatic_rechecks）没有可办的；请改为 false，或写明分期"
        yield _problem("rechecks_without_instalments", "/plan/automatic_rechecks", text)
    decided = any(isinstance(part, Decided | DecidedOpen) for part in parts_below(rules.instalments))
    if plan.automatic_rechecks and decided:
        text = "以后各期的金额须由人核定，不能自动办理；请把 automatic_rechecks 改为 false"
        yield _problem("rechecks_of_decided_figures", "/plan/automatic_rechecks", text)
    closes = plan.window.closes
    if plan.reference_date is not None and closes is not None and plan.reference_date > closes:
        text = f"基准日 {plan.reference_date} 晚于受理截止日 {closes}，申报时还没有那一天的数据；请改早"
        yield _problem("reference_date_after_window", "/plan/reference_date", text)
    for index, step in enumerate(plan.steps):
        if step.exclusion_basis is not None and says_nothing(step.exclusion_basis):
            text = f"不计入审核时限的依据不能写“{step.exclusion_basis}”；请写明文件和条款，或计入"
            yield _problem("exclusion_says_nothing", _at(index, "exclusion_basis"), text)
    if plan.mode is Mode.NO_APPLICATION:
        yield from _without_application(plan)


def _without_application(plan: Plan) -> Iterator[Problem]:
    """Where nobody applies, nobody is received, asked for papers or signs."""
    meant = {
        "acceptance": (plan.acceptance != AcceptanceTerms(), "没有收件和受理"),
        "supplement": (plan.supplement != SupplementTerms(), "没有补正"),
        "credit": (plan.credit is not None, "企业不作信用承诺"),
    }
    for field, (is_written, why) in meant.items():
        if is_written:
            text = f"免申即享事项企业不申报，{why}；请删去 {field}"
            yield _problem(f"{field}_without_application", f"/plan/{field}", text)


def _has_later_part(instalments: Instalments | None) -> bool:
    if instalments is None:
        return False
    if isinstance(instalments, InstalmentPlan):
        return len(instalments.parts) > 1
    schedules = [row.parts for row in instalments.rows] + [instalments.otherwise or ()]
    return any(len(parts) > 1 for parts in schedules)


# -- public notices, income tax ------------------------------------------------------------------------------


def _notices(rules: ItemRules) -> Iterator[Problem]:
    for index, step in enumerate(rules.plan.steps):
        if isinstance(step, PublicNotice) and step.period.unit is TimeUnit.HOURS:
            text = "公示期按日计算；请写几个工作日（working_days）或几个自然日（calendar_days）"
            yield _problem("notice_in_hours", _at(index, "period/unit"), text)


def _income_tax(rules: ItemRules) -> Iterator[Problem]:
    """A natural person's tax is withheld or is not; the payer has to know before the money goes out."""
    for index, part in enumerate(rules.payees.parts if rules.payees is not None else ()):
        where = f"/payees/parts/{index}/income_tax"
        if part.income_tax is None and part.who in PEOPLE:
            text = f"“{part.label}”由个人取得，请写明个人所得税由兑付单位代扣（withheld）还是不代扣（not_withheld）"
            yield _problem("income_tax_missing", where, text)
        if part.income_tax is not None and part.who in NO_PERSONS:
            text = f"“{part.label}”不是自然人，不涉及代扣个人所得税；请删去 income_tax"
            yield _problem("income_tax_of_no_person", where, text)


def _clocks(rules: ItemRules) -> Iterator[Problem]:
    return clock_problems(rules.plan)


_LOOKS: tuple[Callable[[ItemRules], Iterator[Problem]], ...] = (
    _order,
    _answerers,
    _panels,
    _notices,
    _clocks,
    _terms,
    _income_tax,
)
