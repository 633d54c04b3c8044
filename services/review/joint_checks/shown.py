"""A task of a joint check as its department sees it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.case_tasks import TaskView
from contracts.joint_checks import JointCheckView, PassedOn
from services.review.joint_checks.check import GivenAnswer, answer_view


def view_of(
    task: TaskView,
    brief: Mapping[str, Any],
    *,
    grounds: Sequence[str],
    sources: Sequence[str],
    answers: Sequence[GivenAnswer],
) -> JointCheckView:
    """The task with all that whoever answers has to know, and what was answered so far."""
    return JointCheckView(
        task=task,
        grounds=tuple(grounds),
        sources=tuple(sources),
        answers=tuple(answer_view(each, counts=each is answers[-1]) for each in answers),
        passed_on=tuple(PassedOn.model_validate(each) for each in brief.get("passed_on", ())),
        notice=brief.get("notice", ""),
        version=task.version,
    )
