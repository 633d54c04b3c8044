"""Which pictures explain an item: what is taken, and those that a draft has."""

from __future__ import annotations

from typing import Any

from contracts.drafting import DraftView
from gateway.pictures import PICTURES
from gateway.portal.shell.sent_files import MIB, FilesTaken

PICTURES_TAKEN = FilesTaken(
    name="pictures",
    types=frozenset(PICTURES),
    kinds="JPEG、PNG 图片",
    accept="image/jpeg,image/png",
    most=1,
    largest=5 * MIB,
    together=6 * MIB,
    otherwise="不是图片（可用 JPEG、PNG），请重新选择",
)
"""Small enough to be opened on a phone in the country."""


def pictures_of(draft: DraftView) -> list[dict[str, Any]]:
    """The uploaded pictures among a draft's interpretations, as far as it is whole there."""
    there = draft.content.get("interpretations")
    listed = there if isinstance(there, list) else []
    return [each for each in listed if isinstance(each, dict) and isinstance(each.get("sha256"), str)]
