"""Labels: what a definition must be, and what it says of an enterprise on one day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.labels import LabelRule, LabelRuleView, LabelView, ScorePart, ScoreRule
from contracts.message import Actor, TenantId
from contracts.refusal import Conflict, Forbidden, Invalid, Reason
from contracts.rule import Fact, FactKind, FactSheet, State
from rules import evaluate_eligibility, sentence
from rules.checking.eligibility import check_eligibility
from rules.checking.items import DEEPEST, deeper_than
from rules.facts import FactReader
from rules.findings import Findings
from rules.units import number
from services.catalog.labels.scores import score_of


class LabelRefused(Invalid):
    """The label cannot be evaluated as it is defined; `reasons` lists everything that must change."""

    code = "label_refused"
    sentence = "该标签定义不能使用，请按提示修改。"


class LabelOfOtherDepartment(Forbidden):
    """A label is changed by the department that defined it, and by no enterprise or bank."""

    code = "label_of_other_department"
    sentence = "标签由政策主管部门定义，只能由原定义部门修改。"


class LabelDefinedMeanwhile(Conflict):
    """Somebody else defined a label with the same code at the same time."""

    code = "label_defined_meanwhile"
    sentence = "同一编码的标签刚刚由他人定义，请刷新后重试。"


@dataclass(kw_only=True, slots=True)
class LabelDefinition(Aggregate):
    """One label in its newest version. Earlier versions are in the audit facts."""

    code: str
    label_version: int
    department: str | None
    content: LabelRule
    defined_at: datetime

    @classmethod
    def define(cls, content: LabelRule, *, id: str, tenant: TenantId, by: Actor, at: datetime) -> LabelDefinition:
        """Version 1. Raises LabelOfOtherDepartment, or LabelRefused with everything that is wrong."""
        _refuse_outsider(by)
        _check(content)
        return cls(
            id=id,
            tenant=tenant,
            code=content.code,
            label_version=1,
            department=by.department,
            content=content,
            defined_at=at,
        )

    def revise(self, content: LabelRule, *, by: Actor, at: datetime) -> None:
        """The next version; raises what `define` raises."""
        _refuse_outsider(by)
        if by.department != self.department:
            raise LabelOfOtherDepartment()
        _check(content)
        self.content, self.defined_at = content, at
        self.label_version += 1

    def view(self) -> LabelRuleView:
        return LabelRuleView(
            label_id=self.id,
            tenant=self.tenant,
            label_version=self.label_version,
            department=self.department,
            rule=self.content,
            sentence=sentence(self.content.eligibility, self.content.fact_types_by_name),
            version=self.version,
        )


def label_of(definition: LabelDefinition, facts: Sequence[Fact], today: date) -> LabelView:
    """What the label says of an enterprise with these facts. Periods are counted from the year of `today`."""
    rule = definition.content
    sheet = FactSheet(facts=tuple(facts), reference_year=today.year)
    verdict = evaluate_eligibility(rule.eligibility, sheet, today, rule.fact_types_by_name)
    scored = rule.score is not None and verdict.state is State.MET
    reader = FactReader(sheet, today, rule.fact_types_by_name)
    return LabelView(
        code=rule.code,
        name=rule.name,
        label_version=definition.label_version,
        defined_by=definition.tenant,
        sample=rule.sample,
        needs_consent=rule.needs_consent,
        state=verdict.state,
        reasons=verdict.reasons,
        missing=verdict.missing,
        score=score_of(rule.score, reader) if scored and rule.score is not None else None,
        as_of=today,
    )


def _refuse_outsider(by: Actor) -> None:
    if by.enterprise_id is not None or by.roles & {"bank", "enterprise"}:
        raise LabelOfOtherDepartment()


def _check(rule: LabelRule) -> None:
    findings = Findings(rule.fact_types_by_name)
    if len(rule.fact_types_by_name) != len(rule.fact_types):
        findings.add("fact_declared_twice", "/fact_types", "同一事实声明了两次")
    if deeper_than(rule.eligibility, DEEPEST):
        findings.add("tree_too_deep", "/eligibility", f"规则嵌套超过 {DEEPEST} 层")
    else:
        check_eligibility(rule.eligibility, "/eligibility", findings)
    if rule.score is not None:
        _check_score(rule.score, findings)
    if findings.problems:
        raise LabelRefused(
            *(
                Reason(code=each.code, message=each.text_zh, field=f"rule{each.where.replace('/', '.')}")
                for each in findings.problems
            )
        )


def _check_score(rule: ScoreRule, findings: Findings) -> None:
    for index, part in enumerate(rule.parts):
        _check_part(part, f"/score/parts/{index}", findings)
    floors = [grade.at_least for grade in rule.grades]
    if floors != sorted(set(floors), reverse=True) or floors[-1] != 0:
        findings.add("grades_unordered", "/score/grades", "等级须从高到低排列，最低一级从 0 分起")


def _check_part(part: ScorePart, where: str, findings: Findings) -> None:
    dimensions = []
    for field, name in (("fact", part.fact), ("of", part.of)):
        declared = findings.fact(name, f"{where}/{field}") if name is not None else None
        if declared is not None and declared.kind is not FactKind.NUMBER:
            findings.add("fact_not_a_number", f"{where}/{field}", f"“{declared.label}”不是数值，不能计分")
        elif declared is not None and declared.unit is not None:
            dimensions.append(findings.dimension(declared.unit, f"{where}/{field}"))
    if part.unit is not None:
        dimensions.append(findings.dimension(part.unit, f"{where}/unit"))
    if len({each for each in dimensions if each is not None}) > 1:
        findings.add("unit_unfit", where, f"“{part.name}”的计量单位不能比较")
    floors = [number(band.at_least) for band in part.bands[1:] if band.at_least is not None]
    first_open = part.bands[0].at_least is None
    if not first_open or len(floors) != len(part.bands) - 1 or floors != sorted(set(floors)):
        findings.add("bands_unordered", f"{where}/bands", "分档须由低到高排列，首档不设下限，其余各档设下限")
