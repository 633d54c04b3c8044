"""For departments that are asked in a joint check, and for the department that decides by their answers."""

from __future__ import annotations

from starlette.responses import Response

from contracts.joint_checks import AnswerJointCheck, GetJointCheck, ListJointAnswers
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("联合审核 joint checks")


@routes.ask("/joint-checks/{task_id}", GetJointCheck)
async def get_joint_check(door: Door, query: GetJointCheck) -> Response:
    """What the department is asked, about whom, and what it has answered. ETag is the task's version."""
    return await door.ask(query)


@routes.order("/joint-checks/{task_id}/answer", AnswerJointCheck, versioned=True)
async def answer_joint_check(door: Door, command: AnswerJointCheck) -> Response:
    """Answer for the department. If-Match: the version that was read."""
    return await door.order(command)


@routes.ask("/cases/{case_id}/joint-answers", ListJointAnswers)
async def list_joint_answers(door: Door, query: ListJointAnswers) -> Response:
    """Every answer of departments in a case, those that were replaced as well."""
    return await door.ask(query)
