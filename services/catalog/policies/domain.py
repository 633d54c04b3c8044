"""Policy items: what may happen to them. Pure: time, ids and actor are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.item import ItemStatus, PolicyItemContent
from contracts.message import Actor, TenantId
from contracts.policies import PolicyItemView, PolicyPublished
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
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


