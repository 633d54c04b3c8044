"""What is done with the register of experts."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.experts import ChangeExpert, ExpertView, RegisterExpert, RetireExpert
from services.review.panels.expert import Expert
from services.review.panels.store import Experts


def register_expert(cmd: RegisterExpert, uow: UnitOfWork) -> ExpertView:
    """Raises ExpertRefused or PersonIsExpertAlready."""
    expert = Expert(id=uow.new_id(), tenant=uow.tenant, name=cmd.name, employer=cmd.employer, fields=cmd.fields)
    expert.say(cmd)
    uow.of(Experts).save(expert)
    return expert.view()


def change_expert(cmd: ChangeExpert, uow: UnitOfWork) -> ExpertView:
    """Raises ExpertUnknown, StaleVersion, ExpertRetired or ExpertRefused."""
    expert = uow.of(Experts).get(cmd.expert_id, expected_version=cmd.expected_version)
    expert.say(cmd)
    uow.of(Experts).save(expert)
    return expert.view()


def retire_expert(cmd: RetireExpert, uow: UnitOfWork) -> ExpertView:
    """Raises ExpertUnknown, StaleVersion or ExpertRetired."""
    expert = uow.of(Experts).get(cmd.expert_id, expected_version=cmd.expected_version)
    expert.retire(cmd.reason, uow.now)
    uow.of(Experts).save(expert)
    return expert.view()
