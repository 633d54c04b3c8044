"""The city's facts straight into a matcher's columns, without a database between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from console.policy.sample_city.facts import FactDraft
from contracts.rule import FactKind
from services.catalog.matching.engine.columns import DAY, LISTED
from services.catalog.matching.engine.matcher import Matcher


def matcher_of(count: int, drafts: Iterable[FactDraft], today: date) -> Matcher:
    """A matcher of `count` enterprises with these facts and no items."""
    matcher = Matcher(today)
    matcher.admit(np.arange(count, dtype=np.int32))
    for draft in drafts:
        _load(matcher, draft)
    return matcher


def _load(matcher: Matcher, draft: FactDraft) -> None:
    column = matcher.facts.column((draft.name, draft.period))
    form, values = LISTED, draft.values
    if draft.kind is FactKind.NUMBER:
        form = column.form_of(draft.unit or "", draft.decimals)
    elif draft.kind is FactKind.DATE:
        form = DAY
    else:
        entries = [column.entry_of(draft.kind, word, draft.unit) for word in draft.words]
        values = np.array(entries, np.int64)[values]
    column.load(draft.rows, np.full(len(draft.rows), form, np.uint8), values, draft.untils)
