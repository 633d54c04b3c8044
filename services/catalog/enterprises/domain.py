"""Enterprises: what may happen to their dossiers. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.enterprises import (
    EnterpriseContactChanged,
    EnterpriseFactsChanged,
    EnterpriseRegistered,
    EnterpriseView,
    FactKey,
)
from contracts.fact_records import FactRecord
from contracts.message import Actor
from contracts.name_changes import EnterpriseRenamed
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.rule import Fact
from services.catalog.enterprises.counting import NOBODY, CountingFact, ToldFact, counting, recorders_of, with_news
from services.catalog.enterprises.fact_checks import wrong_with, wrong_withdrawal


class EnterpriseUnknown(NotFound):
    """No enterprise of this tenant has this id."""

    code = "enterprise_unknown"
    sentence = "没有找到该企业的档案。"


class CreditCodeUnknown(NotFound):
    """No enterprise of this tenant has this credit code."""

    code = "uscc_unknown"
    sentence = "本地区没有统一社会信用代码为 {uscc} 的企业档案。请核对代码和地区；确实没有建档的，请窗口先登记企业。"


class EnterpriseNotYours(Forbidden):
    """An enterprise sees and touches its own dossier only."""

    code = "enterprise_not_yours"
    sentence = "您只能办理本企业的事项。"


class EnterpriseRegisteredAlready(Conflict):
    """One dossier per enterprise (一企一档): the tenant has one with this credit code."""

    code = "enterprise_registered_already"
    sentence = "该统一社会信用代码已建立企业档案，不能重复登记。"


class CreditCodeInvalid(Invalid):
    """Not a unified social credit code after GB 32100-2015."""

    code = "uscc_invalid"
    sentence = "统一社会信用代码有误：{why}。"


class FactsNotYours(Forbidden):
    """What an item takes from the dossier must not come from the one who profits."""

    code = "facts_not_yours"
    sentence = "企业档案中的数据由主管部门或数据共享平台提供，企业数据请在申报表中填写。"


class FactsRefused(Invalid):
    """Some facts cannot be as they are written; `reasons` names each."""

    code = "facts_refused"
    sentence = "提交的数据有误，请按提示修改。"


class FactsNotWithdrawn(Invalid):
    """Some records cannot be withdrawn by this person; `reasons` names each."""

    code = "facts_not_withdrawn"
    sentence = "所列数据不能撤回，请按提示核对。"


class ContactByEnterpriseOnly(Forbidden):
    """Nobody says in the enterprise's place whom to reach there."""

    code = "contact_by_enterprise_only"
    sentence = "联系人和联系手机须由企业本人办理变更。"


class ContactUnchanged(Invalid):
    """Name and number are what they were."""

    code = "contact_unchanged"
    sentence = "填写的联系人和手机与现有的相同，没有变更。"


class EnterpriseMergedAlready(Conflict):
    """The dossier was merged into another one: nothing is added to it any more."""

    code = "enterprise_merged_already"
    sentence = "该企业档案已并入另一档案（编号 {into}），请在并入后的档案中办理。"


def refuse_stranger(actor: Actor, enterprise_id: str | None) -> None:
    """Raise EnterpriseNotYours when the actor acts for an enterprise and it is another one."""
    if actor.enterprise_id is not None and actor.enterprise_id != enterprise_id:
        raise EnterpriseNotYours()


@dataclass(kw_only=True, slots=True)
class Enterprise(Aggregate):
    """An enterprise's dossier (一企一档).

    `recorded` is what this version adds to its facts (`moved_from` another dossier), by whose word, `withdrawn` what it takes back.
    """

    uscc: str
    name: str
    industry: str | None
    contact_name: str | None = None
    contact_sealed: str
    contact_masked: str
    contact_changed_at: datetime | None = None
    recorded: tuple[ToldFact, ...] = ()
    moved_from: str | None = None
    withdrawn: tuple[FactRecord, ...] = ()
    merged_into: str | None = None
    merged_at: datetime | None = None

    def register(self, *, by: Actor, today: date, facts: tuple[Fact, ...] = (), signed: bool = False) -> None:
        """Open the dossier, with what is known from the beginning; `signed`: as a feed says it, and not the actor.

        Raises EnterpriseNotYours for an actor who already acts for an enterprise, or FactsRefused with all reasons.
        """
        refuse_stranger(by, self.id)
        teller = NOBODY if signed else by.id
        counting = self._told(facts, today, teller, standing=())
        # Not checked once more, here and below: each was when it became a fact, and an import brings millions.
        self.record(
            EnterpriseRegistered.model_construct(
                enterprise_id=self.id,
                uscc=self.uscc,
                name=self.name,
                industry=self.industry,
                contact_sealed=self.contact_sealed,
                contact_masked=self.contact_masked,
                facts=tuple(each.fact for each in counting),
                recorded_by=teller or None,
            )
        )

    def record_facts(
        self,
        facts: tuple[Fact, ...],
        *,
        by: Actor,
        today: date,
        standing: Iterable[CountingFact] = (),
        signed: bool = False,
        besides: Iterable[Reason] = (),
    ) -> None:
        """Add to the dossier; nothing is overwritten. `standing` is what counts so far; `signed`: as a feed says it;
        `besides` is what stands against the facts for reasons that the dossier does not know.

        Raises FactsNotYours, EnterpriseMergedAlready, or FactsRefused with all reasons.
        """
        if by.enterprise_id is not None:
            raise FactsNotYours()
        self.refuse_merged()
        teller = NOBODY if signed else by.id
        self._say_counting(self._told(facts, today, teller, standing, besides), teller)

    def _say_counting(self, counting: tuple[CountingFact, ...], teller: str) -> None:
        event = EnterpriseFactsChanged.model_construct(
            enterprise_id=self.id,
            facts=tuple(each.fact for each in counting),
            recorded_by=teller or None,
            recorders=recorders_of(counting, teller),
        )
        self.record(event)

    def _told(
        self,
        facts: tuple[Fact, ...],
        today: date,
        teller: str,
        standing: Iterable[CountingFact],
        besides: Iterable[Reason] = (),
    ) -> tuple[CountingFact, ...]:
        """Take these down; → what counts now of each fact that was told. Raises FactsRefused with all reasons."""
        reasons = [reason for index, fact in enumerate(facts) for reason in wrong_with(fact, index, today)]
        reasons += besides
        if reasons:
            raise FactsRefused(*reasons)
        self.recorded = tuple(ToldFact(fact, teller) for fact in facts)
        return with_news(self.recorded, standing)

    def withdraw_facts(
        self,
        ids: Collection[str],
        history: Sequence[FactRecord],
        told: Iterable[ToldFact],
        *,
        by: Actor,
        at: datetime,
        reason: str,
    ) -> None:
        """Take records back; of each fact touched the newest record that still stands counts again.

        `history` holds at least all records of the facts that `ids` are about, the newest of each first; `told` the same
        in the order of telling, with whose word each is.
        Raises FactsNotYours, EnterpriseMergedAlready, or FactsNotWithdrawn with all reasons.
        """
        if by.enterprise_id is not None:
            raise FactsNotYours()
        self.refuse_merged()
        known = {record.record_id: record for record in history}
        reasons = [each for index, id in enumerate(ids) for each in wrong_withdrawal(id, known.get(id), index, by)]
        if reasons:
            raise FactsNotWithdrawn(*reasons)
        taken = {"standing": "withdrawn", "withdrawn_by": by.id, "withdrawn_at": at, "withdrawn_why": reason}
        self.withdrawn = tuple(known[id].model_copy(update=taken) for id in dict.fromkeys(ids))
        touched = dict.fromkeys((record.fact.name, record.fact.period) for record in self.withdrawn)
        counts = counting(replace(each, withdrawn_by=by.id) if each.record_id in ids else each for each in told)
        again = [counts[key] for key in touched if key in counts]
        keys = tuple(FactKey(name=name, period=period) for name, period in touched)
        facts, recorders = tuple(each.fact for each in again), recorders_of(again, by.id)
        self.record(
            EnterpriseFactsChanged(
                enterprise_id=self.id, facts=facts, withdrawn=keys, recorded_by=by.id, recorders=recorders
            )
        )

    def change_contact(
        self, name: str | None, number: tuple[str, str] | None, *, by: Actor, at: datetime
    ) -> EnterpriseContactChanged:
        """Say whom to reach from now on; `number` is sealed and masked, None where it stays.

        Raises ContactByEnterpriseOnly, EnterpriseNotYours, EnterpriseMergedAlready or ContactUnchanged.
        """
        if by.enterprise_id is None:
            raise ContactByEnterpriseOnly()
        refuse_stranger(by, self.id)
        self.refuse_merged()
        if number is None and name == self.contact_name:
            raise ContactUnchanged(field="contact_mobile")
        former = (self.contact_sealed, self.contact_masked) if number is not None else (None, None)
        self.contact_name = name
        if number is not None:
            self.contact_sealed, self.contact_masked = number
            self.contact_changed_at = at
        event = EnterpriseContactChanged(
            enterprise_id=self.id,
            name=self.name,
            contact_name=name,
            contact_sealed=self.contact_sealed,
            contact_masked=self.contact_masked,
            former_sealed=former[0],
            former_masked=former[1],
            changed_at=at,
        )
        self.record(event)
        return event

    def take_over(self, told: tuple[ToldFact, ...], *, moved_from: str, standing: Iterable[CountingFact]) -> None:
        """Take the facts of a dossier that is merged into this one, with their sources, dates and tellers."""
        if told:
            self.recorded, self.moved_from = told, moved_from
            self._say_counting(with_news(told, standing), NOBODY)

    def merge_into(self, surviving_id: str, at: datetime) -> None:
        """Close the dossier: it stays readable and points to the other one."""
        self.refuse_merged()
        self.merged_into, self.merged_at = surviving_id, at

    def rename(self, name: str, *, effective_on: date, at: datetime) -> None:
        """Call it otherwise from `effective_on`; whoever keeps the former name is told. Raises EnterpriseMergedAlready."""
        self.refuse_merged()
        former, self.name = self.name, name
        told = {"former_name": former, "name": name, "effective_on": effective_on, "changed_at": at}
        self.record(EnterpriseRenamed(enterprise_id=self.id, **told))

    def refuse_merged(self) -> None:
        """Raise EnterpriseMergedAlready when the dossier is closed."""
        if self.merged_into is not None:
            raise EnterpriseMergedAlready(into=self.merged_into)

    def view(self, facts: Sequence[Fact] = ()) -> EnterpriseView:
        return EnterpriseView(
            enterprise_id=self.id,
            tenant=self.tenant,
            uscc=self.uscc,
            name=self.name,
            industry=self.industry,
            contact_name=self.contact_name,
            contact_masked=self.contact_masked,
            contact_changed_at=self.contact_changed_at,
            facts=tuple(facts),
            merged_into=self.merged_into,
            version=self.version,
        )
