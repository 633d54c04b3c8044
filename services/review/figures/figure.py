"""Which figures are asked for, and why one is refused. Pure."""

from __future__ import annotations

from contracts.case_figures import FigureAsked
from contracts.refusal import Conflict, Forbidden, Invalid
from contracts.rule import Decision, ItemRules
from contracts.rule.plan import Panel
from rules.decisions import asked_for, declared_in, title_of, unit_asked


class FigureRefused(Invalid):
    """It cannot be set as it is given; `reasons` names each."""

    code = "figure_refused"
    sentence = "核定的数不符合事项规则，请按提示修改。"


class FigureNotYours(Forbidden):
    code = "figure_not_yours"
    sentence = "核定数由初审岗或审批岗位填写，您不能填写。"


class FigureOfPanel(Conflict):
    """What a panel sets is set with its conclusion, and by nobody else."""

    code = "figure_of_panel"
    sentence = "“{title}”由评审小组核定，随评审结论填写。"


class NothingToSet(Conflict):
    """The case is not in review."""

    code = "figure_not_open"
    sentence = "办件尚未受理，不能核定。"


def set_by_panels(rules: ItemRules) -> frozenset[str]:
    """The figures that panels of the plan set."""
    return frozenset(step.sets for step in rules.plan.steps if isinstance(step, Panel) and step.sets is not None)


def figures_asked(rules: ItemRules, decisions: tuple[Decision, ...]) -> tuple[FigureAsked, ...]:
    """What the rule asks persons for, with what was set of it."""
    declared, panels = declared_in(rules), set_by_panels(rules)
    there = {each.name: each for each in decisions}
    found = []
    for name, node in asked_for(rules).items():
        given = there.get(name)
        found.append(
            FigureAsked(
                name=name,
                title=title_of(node),
                by=node.by,
                unit=unit_asked(node, declared) or "",
                by_panel=name in panels,
                value=f"{given.value} {given.unit}" if given else None,
            )
        )
    return tuple(found)
