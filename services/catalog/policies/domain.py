"""Policy items: what may happen to them. Pure: time, ids and actor are given.

What is not published yet is in the room `drafts`; what a text must have before it is published is in `publication`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from contracts import status_labels
from contracts.aggregate import Aggregate
from contracts.item import PolicyItemContent
from contracts.message import Actor, Event, Id, TenantId
from contracts.plan_terms import TermInPlan
from contracts.policies import (
    AuthoredItemView,
    ItemState,
    PolicyExpired,
    PolicyItemView,
    PolicyPublished,
    PolicyResumed,
    PolicyRevised,
    PolicySuspended,
    PolicyWithdrawn,
    PublicationGround,
)
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound
from contracts.rule import Problem
from rules import sentences
from services.catalog.policies.publication import refuse_unpublishable

MOVES: Mapping[tuple[ItemState | None, ItemState], type[Event]] = {
    (None, "published"): PolicyPublished,
    ("published", "published"): PolicyRevised,
    ("published", "suspended"): PolicySuspended,
    ("suspended", "suspended"): PolicyRevised,
    ("suspended", "published"): PolicyResumed,
    ("published", "expired"): PolicyExpired,
    ("suspended", "expired"): PolicyExpired,
    ("expired", "published"): PolicyRevised,
    ("published", "withdrawn"): PolicyWithdrawn,
    ("suspended", "withdrawn"): PolicyWithdrawn,
    ("expired", "withdrawn"): PolicyWithdrawn,
}
"""Every edge and the event that reports it. What has expired comes back by a revision with a new validity; what
has been withdrawn does not come back."""


class ItemUnknown(NotFound):
    """No published item has this id."""

    code = "item_unknown"
    sentence = "没有找到该政策事项。"


class ItemOfOtherDepartment(Forbidden):
    """A department publishes and looks after its own items and no others (谁制定、谁更新、谁负责)."""

    code = "item_of_other_department"
    sentence = "该事项属于“{department}”，只能由其主管部门发布。"


class PublishedMeanwhile(Conflict):
    """Somebody else published an item with the same code at the same time."""

    code = "published_meanwhile"
    sentence = "同一编码的事项刚刚由他人发布，请刷新后重试。"


class ItemNotInThatState(Conflict):
    """What is asked for does not follow from the state that the item is in."""

    code = "item_not_in_that_state"
    sentence = "该事项{state}，不能{action}。"


class CodeIsKept(Invalid):
    """A revision keeps the item's code: it is what the item is known by."""

    code = "code_is_kept"
    sentence = "修订不得更改事项编码（应为 {code}）。"


class ConsultationMissing(Conflict):
    """An item is consulted on before it is published, or says why that is not needed."""

    code = "consultation_missing"
    sentence = "该事项未经征求意见：请先征求发改、财政、审批部门意见，或注明无需征求意见的依据。"


@dataclass(kw_only=True, slots=True)
class PolicyItem(Aggregate):
    """One published item (兑现事项) in its newest version. `expires_on` is the last day of its validity.

    `department_id` is its department by the register, where it is known; `unmapped` what of its plan means nothing today,
    which is looked up and not kept.
    """

    code: str
    item_version: int
    content: PolicyItemContent
    published_at: datetime
    ground: PublicationGround | None = None
    state: ItemState = "published"
    state_reason: str = ""
    state_since: datetime
    expires_on: date | None = None
    department_id: Id | None = None
    unmapped: tuple[TermInPlan, ...] = field(default=(), compare=False)

    @classmethod
    def publish(
        cls,
        content: PolicyItemContent,
        ground: PublicationGround | None,
        *,
        id: str,
        tenant: TenantId,
        by: Actor,
        at: datetime,
        today: date,
        trace: str | None,
        against: Sequence[Problem] = (),
        department_id: Id | None = None,
    ) -> PolicyItem:
        """Version 1; `today` is the date in China, `against` what was found wrong elsewhere, `department_id` the
        department that the text means.

        Raises ItemOfOtherDepartment, PublicationRefused with everything that is wrong, or ConsultationMissing.
        """
        refuse_other_department(by, content.rules.plan.department, department_id)
        refuse_unpublishable(content, today, against)
        if ground is None:
            raise ConsultationMissing()
        item = cls(
            id=id,
            tenant=tenant,
            traceparent=trace,
            code=content.code,
            item_version=1,
            content=content,
            ground=ground,
            published_at=at,
            state_since=at,
            expires_on=_expiry(content, today),
            department_id=department_id,
        )
        item.record(
            PolicyPublished(item_id=id, tenant=tenant, item_version=1, content=content, department_id=department_id)
        )
        return item

    def revise(
        self,
        content: PolicyItemContent,
        ground: PublicationGround | None,
        *,
        by: Actor,
        at: datetime,
        today: date,
        reason: str = "",
        against: Sequence[Problem] = (),
        department_id: Id | None = None,
    ) -> None:
        """The next version; raises what `publish` raises, CodeIsKept, or ItemNotInThatState once it is withdrawn.

        The department of the old version counts, too: otherwise another one could take the item over by naming
        itself in the new text.
        """
        self.refuse_other_department(by)
        refuse_other_department(by, content.rules.plan.department, department_id)
        after: ItemState = "suspended" if self.state == "suspended" else "published"
        self._must_be_able(after, "修订")
        if content.code != self.code:
            raise CodeIsKept(code=self.code, field="content.code")
        refuse_unpublishable(content, today, against)
        if ground is None:
            raise ConsultationMissing()
        self.content, self.ground, self.published_at, self.department_id = content, ground, at, department_id
        self.item_version += 1
        self.expires_on = _expiry(content, today)
        why = self.state_reason if after == "suspended" else ""
        self._move(after, "修订", at, why, told=reason, content=content, department_id=department_id)

    def suspend(self, *, by: Actor, at: datetime, reason: str) -> None:
        """Raises ItemOfOtherDepartment or ItemNotInThatState, like the others below."""
        self.refuse_other_department(by)
        if self.state == "suspended":
            raise ItemNotInThatState(state=status_labels.ITEM[self.state].staff_zh, action="再次暂停")
        self._move("suspended", "暂停", at, reason)

    def resume(self, *, by: Actor, at: datetime, reason: str) -> None:
        self.refuse_other_department(by)
        if self.state != "suspended":
            raise ItemNotInThatState(state=status_labels.ITEM[self.state].staff_zh, action="恢复")
        self._move("published", "恢复", at, reason)

    def withdraw(self, *, by: Actor, at: datetime, reason: str) -> None:
        self.refuse_other_department(by)
        self._move("withdrawn", "废止", at, reason)

    def expire(self, *, at: datetime, today: date) -> bool:
        """Ends with the day after `expires_on`; False, and nothing happens, where that has not come."""
        if self.state not in ("published", "suspended") or self.expires_on is None or today <= self.expires_on:
            return False
        self._move("expired", "到期", at, f"有效期至 {self.expires_on}", last_day=self.expires_on)
        return True

    def view(self) -> PolicyItemView:
        return item_view(
            self.id,
            self.tenant,
            self.item_version,
            self.content,
            state=self.state,
            state_reason=self.state_reason,
            latest_version=self.item_version,
            published_at=self.published_at,
            department_id=self.department_id,
            unmapped=self.unmapped,
        )

    def authored(self) -> AuthoredItemView:
        return AuthoredItemView(
            item_id=self.id,
            tenant=self.tenant,
            version=self.version,
            item_version=self.item_version,
            state=self.state,
            state_reason=self.state_reason,
            state_since=self.state_since,
            published_at=self.published_at,
            expires_on=self.expires_on,
            ground=self.ground,
            content=self.content,
            sentences=sentences(self.content.rules).model_dump(),
            department_id=self.department_id,
            unmapped=self.unmapped,
        )

    def refuse_other_department(self, by: Actor) -> None:
        """Raises ItemOfOtherDepartment."""
        refuse_other_department(by, self.content.rules.plan.department, self.department_id)

    def _must_be_able(self, after: ItemState, action: str) -> type[Event]:
        event = MOVES.get((self.state, after))
        if event is None:
            raise ItemNotInThatState(state=status_labels.ITEM[self.state].staff_zh, action=action)
        return event

    def _move(
        self, after: ItemState, action: str, at: datetime, reason: str, *, told: str | None = None, **more: Any
    ) -> None:
        event = self._must_be_able(after, action)
        if after != self.state:
            self.state_since = at
        self.state, self.state_reason = after, reason
        fields = {"state": after, "reason": reason if told is None else told, **more}
        self.record(event(item_id=self.id, tenant=self.tenant, item_version=self.item_version, **fields))


def item_view(
    item_id: str, tenant: TenantId, version: int, content: PolicyItemContent, **standing: Any
) -> PolicyItemView:
    """An item for people: its content, and its rules as sentences; `standing` is the view's other fields."""
    spoken = sentences(content.rules).model_dump()
    return PolicyItemView(
        item_id=item_id, tenant=tenant, version=version, content=content, sentences=spoken, **standing
    )


def refuse_other_department(by: Actor, department: str, department_id: Id | None = None) -> None:
    """Raises ItemOfOtherDepartment unless `by` acts for `department`, or for no department and no enterprise at all.

    Where both are in the register, it is by their ids: names change.
    """
    for_a_department = by.department is not None or "department" in by.roles
    by_register = by.department_id is not None and department_id is not None
    own = by.department_id == department_id if by_register else by.department == department
    if by.enterprise_id is not None or (for_a_department and not own):
        raise ItemOfOtherDepartment(department=department)


def _expiry(content: PolicyItemContent, today: date) -> date | None:
    # A sample may show what is long over (`problems_of` lets nothing else through): it cannot end once more.
    last_day = content.last_day
    return last_day if last_day is not None and last_day >= today else None
