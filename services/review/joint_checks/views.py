"""What the department that answers reads of its task, and the department that decides of all answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, text

from chassis.read.reader import Reader
from contracts.joint_checks import GetJointCheck, JointAnswerList, JointAnswerView, JointCheckView, ListJointAnswers
from services.review.cases.tables import CASE_ANSWER
from services.review.cases.views import case_row
from services.review.joint_checks.check import AGAINST, NotAJointCheck
from services.review.joint_checks.shown import view_of
from services.review.joint_checks.store import JOINT_CHECK_ANSWER, given_of
from services.review.joint_checks.use_cases import sources_of
from services.review.tasks.absence import InPlaceOf
from services.review.tasks.own import of_own_department
from services.review.tasks.store import CASE_TASK
from services.review.tasks.task import TaskNotFound
from services.review.tasks.views import SHOWN, task_view

GROUNDS = text(
    "SELECT v.rules #> ARRAY['plan', 'steps', CAST(:step AS text), 'grounds'] FROM item_version v"
    " WHERE v.item_id = :item AND v.item_version = :version"
)


def get_joint_check(query: GetJointCheck, reader: Reader) -> JointCheckView:
    """Raises TaskNotFound, of another department's too, or NotAJointCheck."""
    c = CASE_TASK.c
    wanted = (c.tenant == reader.tenant, c.id == query.task_id, of_own_department(reader))
    row = reader.execute(select(*SHOWN, c.brief).where(*wanted)).first()
    if row is None:
        raise TaskNotFound()
    if row.kind != "joint_check":
        raise NotAJointCheck()
    claim, a = row.claim, JOINT_CHECK_ANSWER.c
    asked = {"step": str(row.step - 1), "item": claim["item_id"], "version": claim["item_version"]}
    answers = select(JOINT_CHECK_ANSWER).where(a.tenant == reader.tenant, a.task_id == row.id).order_by(a.number)
    return view_of(
        task_view(row, reader, InPlaceOf.of(reader)),
        row.brief,
        grounds=reader.execute(GROUNDS, asked).scalar() or (),
        sources=sources_of(reader.actor),
        answers=[given_of(each) for each in reader.execute(answers).mappings()],
    )


def list_joint_answers(query: ListJointAnswers, reader: Reader) -> JointAnswerList:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    case_row(query.case_id, reader)
    c = CASE_ANSWER.c
    wanted = (c.tenant == reader.tenant, c.case_id == query.case_id, c.kind == "joint_check")
    rows = reader.execute(select(CASE_ANSWER).where(*wanted).order_by(c.number)).all()
    latest = {(row.step, row.slot): row.number for row in rows}
    told = [row for row in rows if row.evidence.get("answer")]
    return JointAnswerList(items=tuple(_told(row, latest[row.step, row.slot]) for row in told))


def _told(row: Row[Any], latest: int) -> JointAnswerView:
    said = {name: row.evidence.get(name) for name in AGAINST}
    return JointAnswerView(
        **said,
        task_id=row.evidence["task_id"],
        step=row.step,
        slot=row.slot,
        answer=row.evidence["answer"],
        source=row.evidence["source"],
        as_of=row.evidence["as_of"],
        remark=row.evidence.get("remark", ""),
        department=row.department,
        answered_by=row.by,
        answered_at=row.at,
        by_system=row.evidence["by_system"],
        counts=row.number == latest,
    )
