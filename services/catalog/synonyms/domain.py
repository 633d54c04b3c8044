"""A place's list of words that mean the same: what it may say. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.message import Actor, TenantId
from contracts.refusal import Conflict, Forbidden, Invalid, Reason, StaleVersion
from contracts.synonyms import SynonymGroup, SynonymListView


class SynonymsRefused(Invalid):
    """The list cannot be used as it is written; `reasons` names each group and word."""

    code = "synonyms_refused"
    sentence = "同义词表有误，请按提示修改。"


class SynonymsNotYours(Forbidden):
    """What people find is the word of those who answer for policies here."""

    code = "synonyms_not_yours"
    sentence = "同义词表由本地区的政策编制人员或系统管理员维护。"


class SynonymsReplacedMeanwhile(Conflict):
    """Somebody else has written the first list at the same time."""

    code = "synonyms_replaced_meanwhile"
    sentence = "同义词表刚刚由他人修改，请刷新后在新的表上重做您的修改。"


@dataclass(kw_only=True, slots=True)
class SynonymList(Aggregate):
    """The list of one place, whole; its id is the place's. Former versions are kept as they were."""

    groups: tuple[SynonymGroup, ...] = ()
    note: str = ""
    changed_by: str = ""
    changed_by_name: str = ""
    changed_at: datetime | None = None

    def replace(
        self,
        groups: Sequence[Sequence[str]],
        *,
        wrong: Sequence[Reason],
        note: str,
        by: Actor,
        at: datetime,
        expected_version: int,
    ) -> None:
        """The next version. Raises SynonymsNotYours, StaleVersion, or SynonymsRefused with all that is `wrong` with it."""
        if by.enterprise_id is not None or not by.roles & {"department", "platform"}:
            raise SynonymsNotYours()
        if expected_version != self.version:
            raise StaleVersion()
        if wrong:
            raise SynonymsRefused(*wrong)
        self.groups = tuple(tuple(word.strip() for word in group) for group in groups)
        self.note, self.changed_by, self.changed_by_name, self.changed_at = note, by.id, by.name, at

    def view(self) -> SynonymListView:
        return SynonymListView(
            tenant=self.tenant,
            version=self.version,
            groups=self.groups,
            note=self.note,
            changed_by_name=self.changed_by_name,
            changed_at=self.changed_at,
        )


def first_list(tenant: TenantId) -> SynonymList:
    """Before anybody has said anything."""
    return SynonymList(id=tenant, tenant=tenant)
