"""What stands against the last approval of a plan, which grants the case: another person has set its figure, and what is not money
has a certificate. Pure."""

from __future__ import annotations

from collections.abc import Collection

from contracts.message import Id
from contracts.refusal import Conflict, Invalid, Refused
from rules.plan_run import PlannedStep
from services.review.cases.answers import StepAnswer
from services.review.cases.case import Case


class FigureSetterApproves(Conflict):
    """Two persons: one sets the figure, another grants by it."""

    code = "figure_setter_approves"
    sentence = (
        "本件的核定数由您本人核定，不能由您作出最后的批准，请由本岗位的其他人员办理；没有其他人员的，请先登记代办人。"
    )


class ListedFigureWasSet(Conflict):
    """A list is approved with its push; what an officer has set since then another person looks at."""

    code = "listed_figure_was_set"
    sentence = "本件的金额由人员核定，不随名单自动批准，须由核定人以外的人员审核后批准。"


class CertificateNeeded(Invalid):
    """What is not money ends with the number of the certificate or notice that the enterprise gets."""

    code = "certificate_needed"
    sentence = "本事项给予的不是资金，批准时须填写证书或通知书的编号。"


def against_last_approval(
    case: Case,
    steps: tuple[PlannedStep, ...],
    answer: StepAnswer,
    *,
    certificate: str | None,
    in_kind: bool,
    setters: Collection[Id],
) -> list[Refused]:
    """All that stands against this answer, if no other approval is waited for after it. `setters` have set its figures."""
    after = case.standing(steps, [answer])
    if any(each.step.kind == "approval" and each.state in ("open", "waiting") for each in after.steps):
        return []
    found: list[Refused] = []
    if answer.by in setters:
        found.append(FigureSetterApproves())
    if in_kind and not certificate:
        found.append(CertificateNeeded(field="certificate"))
    return found
