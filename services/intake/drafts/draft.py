"""A draft: fields, each as it was typed last. Pure.

Two people, or one person in two tabs, may fill in the same form. Whoever changes a field says which state of it they saw; who has
not seen the latest is told, and the field stays as it is: nothing is overwritten that somebody has not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.application_drafts import (
    LARGEST_DRAFT,
    MOST_FIELDS,
    ApplicationDraftView,
    DraftField,
    SaidField,
)
from contracts.message import Actor
from contracts.refusal import Conflict, Invalid, NotFound

KEPT_FOR = timedelta(days=180)
"""Since it was saved last: longer than most windows are open."""


class DraftUnknown(NotFound):
    """No draft of this enterprise's has this id, or it has been filed or thrown away."""

    code = "draft_unknown"
    sentence = "没有找到该草稿，可能已经提交或删除。"


class DraftItemUnknown(NotFound):
    """Nobody whose items the enterprise may use has published it."""

    code = "draft_item_unknown"
    sentence = "没有找到该政策事项，或该事项不在本地区及上级发布的事项之内。"


class DraftOfOtherVersion(Conflict):
    """The form was of another version of the item than the draft: the page is loaded again, and nothing that is kept is lost."""

    code = "draft_of_other_version"
    sentence = "该事项的申报表已经更换，请重新打开申报页面；已暂存的内容不会丢失。"


class DraftTooLarge(Invalid):
    """More is written than is kept."""

    code = "draft_too_large"
    sentence = "填写的内容过多，无法暂存：各栏合计不超过 {most} 字、{fields} 栏，请精简后重试。"


@dataclass(kw_only=True, slots=True)
class ApplicationDraft:
    """`number` is that of its latest change; `fields` by name."""

    id: str
    tenant: str
    enterprise_id: str
    item_id: str
    item_version: int
    begun_at: datetime
    begun_by: str
    saved_at: datetime
    number: int = 0
    fields: dict[str, DraftField] = field(default_factory=dict)

    def take(self, said: Sequence[SaidField], by: Actor, at: datetime) -> tuple[str, ...]:
        """Keep what is new; → the names of those that stand otherwise, and that whoever says this has not seen so.

        Raises DraftTooLarge; then nothing is kept.
        """
        last = {each.name: each for each in said}
        known = {name: self.fields[name] for name in last if name in self.fields}
        new = [each for name, each in last.items() if name not in known or known[name].values != each.values]
        differing = tuple(each.name for each in new if each.name in known and known[each.name].number != each.seen)
        kept = [each for each in new if each.name not in differing and (each.values or each.name in known)]
        changed = {
            each.name: DraftField(
                name=each.name, values=each.values, number=self.number + 1, saved_at=at, saved_by=by.id
            )
            for each in kept
        }
        _refuse_too_much({**self.fields, **changed})
        if changed:
            self.fields.update(changed)
            self.number, self.saved_at = self.number + 1, at
        return differing

    def renew(self, item_version: int) -> None:
        """It is of this version from now on."""
        self.item_version = item_version

    def view(self, newest_version: int, title: str, differing: Sequence[str] = ()) -> ApplicationDraftView:
        return ApplicationDraftView(
            draft_id=self.id,
            enterprise_id=self.enterprise_id,
            item_id=self.item_id,
            item_version=self.item_version,
            newest_version=newest_version,
            item_title=title,
            fields=tuple(self.fields[name] for name in sorted(self.fields)),
            differing=tuple(differing),
            begun_at=self.begun_at,
            begun_by=self.begun_by,
            saved_at=self.saved_at,
            kept_until=self.saved_at + KEPT_FOR,
        )


def _refuse_too_much(fields: dict[str, DraftField]) -> None:
    written = sum(len(text) for each in fields.values() for text in each.values)
    if written > LARGEST_DRAFT or len(fields) > MOST_FIELDS:
        raise DraftTooLarge(most=f"{LARGEST_DRAFT:,}", fields=MOST_FIELDS)
