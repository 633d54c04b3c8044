"""What is done with labels: they are defined, and defined anew."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.labels import DefineLabel, LabelRuleView
from services.catalog.labels.domain import LabelDefinition
from services.catalog.labels.store import LabelRules


def define_label(cmd: DefineLabel, uow: UnitOfWork) -> LabelRuleView:
    """Define a label, or the next version of it; every dossier shows it from now on."""
    rules = uow.of(LabelRules)
    known = rules.by_code(cmd.rule.code)
    if known is None:
        known = LabelDefinition.define(cmd.rule, id=uow.new_id(), tenant=uow.tenant, by=uow.actor, at=uow.now)
    else:
        known.revise(cmd.rule, by=uow.actor, at=uow.now)
    rules.save(known)
    return known.view()
