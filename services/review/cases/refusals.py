"""Why a case is not shown, and how several reasons against one become one refusal. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from contracts.message import Actor, Id
from contracts.refusal import Forbidden, NotFound, Refused


class CaseNotFound(NotFound):
    code = "case_not_found"
    sentence = "没有找到该办件。"


class NotYourDepartment(Forbidden):
    """A case is seen and decided by the department that the item names, and by no other."""

    code = "not_your_department"
    sentence = "该办件由“{department}”办理，您无权查看或办理。"

    @classmethod
    def but_of(cls, department: str, department_id: Id | None) -> NotYourDepartment:
        """Where the case knows its department by name only, what that name means may just have been said."""
        refused = cls(department=department)
        if department_id is None:
            refused.rests_on = ("department", "plan_term")
        return refused


def is_of(actor: Actor, department: str, department_id: Id | None, names: Collection[str]) -> bool:
    """Whether the actor is of that department: by the register where both are in it, else by name; `names` is what else
    the actor's department is known by."""
    if actor.department_id is not None and department_id is not None:
        return actor.department_id == department_id
    return department == actor.department or department in names


def together(refusals: Sequence[Refused]) -> Refused:
    """One refusal with the reasons of all; the first gives the headline. It rests on copies where all of them do.

    Raises IndexError for none.
    """
    first = refusals[0]
    resting = all(refusal.rests_on for refusal in refusals)
    first.rests_on = tuple(dict.fromkeys(of for each in refusals for of in each.rests_on)) if resting else ()
    first.reasons = tuple(reason for refusal in refusals for reason in refusal.reasons)
    return first
