"""Policy items and enterprises: what may happen to them. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.catalog import (
    EnterpriseFactsChanged,
    EnterpriseRegistered,
    EnterpriseView,
    PolicyItemView,
    PolicyPublished,
)
from contracts.item import ItemStatus, PolicyItemContent
from contracts.message import Actor, TenantId
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.rule import Fact
from rules import check_publication, sentences


class ItemUnknown(NotFound):
    """No published item has this id."""

    code = "item_unknown"
    sentence = "没有找到该政策事项。"


class ItemOfOtherDepartment(Forbidden):
    """A department publishes its own items and no others."""

    code = "item_of_other_department"
    sentence = "该事项属于“{department}”，只能由其主管部门发布。"


class PublicationRefused(Invalid):
    """The item cannot be published as it is; `reasons` lists everything that must change."""

    code = "publication_refused"
    sentence = "该事项不符合发布条件，请按提示修改。"


class PublishedMeanwhile(Conflict):
    """Somebody else published an item with the same code at the same time."""

    code = "published_meanwhile"
    sentence = "同一编码的事项刚刚由他人发布，请刷新后重试。"


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
class PolicyItem(Aggregate):
    """One published item (兑现事项) in its newest version."""

    code: str
    item_version: int
    content: PolicyItemContent
    published_at: datetime

    @classmethod
    def publish(
        cls,
        content: PolicyItemContent,
        *,
        id: str,
        tenant: TenantId,
        by: Actor,
        at: datetime,
        trace: str | None,
    ) -> PolicyItem:
        """Version 1. Raises ItemOfOtherDepartment, or PublicationRefused with everything that is wrong."""
        _check_publisher(by, content)
        _check_content(content)
        item = cls(
            id=id,
            tenant=tenant,
            traceparent=trace,
            code=content.code,
            item_version=1,
            content=content,
            published_at=at,
        )
        item._published()
        return item

    def revise(self, content: PolicyItemContent, *, by: Actor, at: datetime) -> None:
        """The next version; raises what `publish` raises. The department of the old version counts, too:
        otherwise another one could take the item over by naming itself in the new text.
        """
        _check_publisher(by, self.content)
        _check_publisher(by, content)
        _check_content(content)
        self.content = content
        self.item_version += 1
        self.published_at = at
        self._published()

    def view(self) -> PolicyItemView:
        return item_view(self.id, self.tenant, self.item_version, self.content)

    def _published(self) -> None:
        self.record(
            PolicyPublished(
                item_id=self.id, tenant=self.tenant, item_version=self.item_version, content=self.content
            )
        )


def item_view(item_id: str, tenant: TenantId, version: int, content: PolicyItemContent) -> PolicyItemView:
    """An item for people: its content, and its rules as sentences."""
    spoken = sentences(content.rules).model_dump()
    return PolicyItemView(item_id=item_id, tenant=tenant, version=version, content=content, sentences=spoken)


def _check_publisher(by: Actor, content: PolicyItemContent) -> None:
    department = content.rules.plan.department
    for_a_department = by.department is not None or "department" in by.roles
    if by.enterprise_id is not None or (for_a_department and by.department != department):
        raise ItemOfOtherDepartment(department=department)


def _check_content(content: PolicyItemContent) -> None:
    reasons = [
        Reason(code=problem.code, message=problem.text_zh, field=f"content{problem.where.replace('/', '.')}")
        for problem in check_publication(content)
    ]
    if not content.sample and content.status in (ItemStatus.DRAFT, ItemStatus.EXPIRED, ItemStatus.SUPERSEDED):
        # A sample shows a document of elsewhere, whatever became of it; a real item promises money now.
        text = "文件尚未生效、已经失效或已被替代，不得发布"
        reasons.append(Reason(code="document_not_in_force", message=text, field="content.status"))
    if reasons:
        raise PublicationRefused(*reasons)


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
