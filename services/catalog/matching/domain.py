"""Newly entitled enterprises, said once. Pure: time, ids and numbers are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.entitlements import EnterprisesMatched
from contracts.refusal import Conflict, Forbidden, Invalid

LINES = 500
"""Enterprises in one chunk at most."""


class MatchingWarmingUp(Conflict):
    """The matching process is still reading the catalogue, or was just started again."""

    code = "matching_warming_up"
    sentence = "政策匹配正在准备数据，请稍后重试。"
    retryable = True


class ReachNotYours(Forbidden):
    """Whom an item reaches is for those who run it, not for an enterprise."""

    code = "reach_not_yours"
    sentence = "事项覆盖企业的情况仅供主管部门查看。"


class PreviewRefused(Invalid):
    """The draft's rules cannot be evaluated; `reasons` lists everything that must change."""

    code = "preview_refused"
    sentence = "该事项的规则尚不能测算，请按提示修改。"


@dataclass(kw_only=True, slots=True)
class MatchChunk(Aggregate):
    """Enterprises that are newly entitled to one item. Nothing ever happens to it again.

    `number` counts the tenant's chunks from 1, without gaps.
    """

    number: int
    item_id: str
    item_version: int
    item_title: str
    year: int
    enterprise_ids: tuple[str, ...]
    matched_at: datetime

    def announce(self) -> MatchChunk:
        """Say who is newly entitled."""
        self.record(
            EnterprisesMatched(
                chunk_id=self.id,
                item_id=self.item_id,
                item_version=self.item_version,
                item_title=self.item_title,
                year=self.year,
                enterprise_ids=self.enterprise_ids,
                matched_at=self.matched_at,
            )
        )
        return self
