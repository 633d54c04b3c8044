"""Joint checks on the bus and in time."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.joint_checks import (
    AnswerJointCheck,
    GetJointCheck,
    JointAnswerList,
    JointCheckView,
    ListJointAnswers,
)
from services.review.cases.progress import OPENED
from services.review.dispatches.answers import CHECK_ANSWERED, CHECK_FELL_BACK
from services.review.joint_checks import bringing, systems, use_cases, views


class JointCheckEntrypoints(Room):
    """Departments are asked, and answer."""

    @command
    def answer_joint_check(self, cmd: AnswerJointCheck, uow: UnitOfWork) -> JointCheckView:
        return use_cases.answer_joint_check(cmd, uow)

    @query
    def get_joint_check(self, question: GetJointCheck, reader: Reader) -> JointCheckView:
        return views.get_joint_check(question, reader)

    @query
    def list_joint_answers(self, question: ListJointAnswers, reader: Reader) -> JointAnswerList:
        return views.list_joint_answers(question, reader)

    @due(use_cases.BRING_ANSWER, batch=10)
    def bring_answers(self, jobs: list[Job], unit: UnitMaker) -> None:
        bringing.bring_answers(jobs, unit)

    @due(OPENED["joint_check"])
    def checks_opened(self, jobs: list[Job], unit: UnitMaker) -> None:
        systems.checks_opened(jobs, unit)

    @due(CHECK_ANSWERED, batch=10)
    def checks_answered(self, jobs: list[Job], unit: UnitMaker) -> None:
        systems.take_from_systems(jobs, unit)

    @due(CHECK_FELL_BACK, batch=10)
    def checks_fell_back(self, jobs: list[Job], unit: UnitMaker) -> None:
        systems.take_from_systems(jobs, unit)
