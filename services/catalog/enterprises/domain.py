"""Enterprises: what may happen to their files. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.aggregate import Aggregate
from contracts.enterprises import EnterpriseFactsChanged, EnterpriseRegistered, EnterpriseView
from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.rule import Fact


class EnterpriseUnknown(NotFound):
    """No enterprise of this tenant has this id."""

    code = "enterprise_unknown"
    sentence = "没有找到该企业的档案。"


class EnterpriseNotYours(Forbidden):
    """A firm sees and touches its own file only."""

    code = "enterprise_not_yours"
    sentence = "您只能办理本企业的事项。"


class EnterpriseRegisteredAlready(Conflict):
    """One file per enterprise (一企一档): the tenant has one with this credit code."""

    code = "enterprise_registered_already"
    sentence = "该统一社会信用代码已建立企业档案，不能重复登记。"


class CreditCodeInvalid(Invalid):
    """Not a unified social credit code after GB 32100-2015."""

    code = "uscc_invalid"
    sentence = "统一社会信用代码有误：{why}。"


class FactsNotYours(Forbidden):
    """What an item takes from the file must not come from the one who profits."""

    code = "facts_not_yours"
    sentence = "企业档案中的数据由主管部门或数据共享平台提供，企业数据请在申报表中填写。"


class FactsRefused(Invalid):
    """Some facts cannot be as they are written; `reasons` names each."""

    code = "facts_refused"
    sentence = "提交的数据有误，请按提示修改。"


def refuse_stranger(actor: Actor, enterprise_id: str | None) -> None:
    """Raise EnterpriseNotYours when the actor acts for a firm and it is another one."""
    if actor.enterprise_id is not None and actor.enterprise_id != enterprise_id:
        raise EnterpriseNotYours()


@dataclass(kw_only=True, slots=True)
class Enterprise(Aggregate):
    """An enterprise's file (一企一档). `recorded` is what this version adds to its facts."""

    uscc: str
    name: str
    industry: str | None
    contact_sealed: str
    contact_masked: str
    recorded: tuple[Fact, ...] = ()

    def register(self, *, by: Actor) -> None:
        """Open the file. Raises EnterpriseNotYours for an actor who already acts for a firm."""
        refuse_stranger(by, self.id)
        self.record(
            EnterpriseRegistered(
                enterprise_id=self.id,
                uscc=self.uscc,
                name=self.name,
                industry=self.industry,
                contact_sealed=self.contact_sealed,
                contact_masked=self.contact_masked,
            )
        )

    def record_facts(self, facts: tuple[Fact, ...], *, by: Actor, today: date) -> None:
        """Add to the file; nothing is overwritten. Raises FactsNotYours, or FactsRefused with all reasons."""
        if by.enterprise_id is not None:
            raise FactsNotYours()
        reasons = [reason for index, fact in enumerate(facts) for reason in _wrong_with(fact, index, today)]
        if reasons:
            raise FactsRefused(*reasons)
        self.recorded = facts
        self.record(EnterpriseFactsChanged(enterprise_id=self.id, facts=facts))

    def view(self, facts: Sequence[Fact] = ()) -> EnterpriseView:
        return EnterpriseView(
            enterprise_id=self.id,
            tenant=self.tenant,
            uscc=self.uscc,
            name=self.name,
            industry=self.industry,
            contact_masked=self.contact_masked,
            facts=tuple(facts),
            version=self.version,
        )


def _wrong_with(fact: Fact, index: int, today: date) -> list[Reason]:
    reasons = []
    if fact.as_of > today:
        text = f"“{fact.name}”的数据日期 {fact.as_of} 晚于今天"
        reasons.append(Reason(code="fact_from_future", message=text, field=f"facts.{index}.as_of"))
    if fact.valid_until is not None and fact.valid_until < fact.as_of:
        text = f"“{fact.name}”的有效期 {fact.valid_until} 早于数据日期 {fact.as_of}"
        reasons.append(
            Reason(code="fact_validity_reversed", message=text, field=f"facts.{index}.valid_until")
        )
    return reasons
