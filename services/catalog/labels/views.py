"""Labels as they are asked for: the definitions of a place, and what they say of an enterprise."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.labels import LabelList, LabelView, ListLabels
from contracts.rule import Fact
from services.catalog.labels.domain import label_of
from services.catalog.labels.store import holding


def list_labels(query: ListLabels, reader: Reader) -> LabelList:
    """The definitions that hold for the reader's place, by code."""
    return LabelList(items=tuple(each.view() for each in holding(reader)))


def labels_for(facts: Sequence[Fact], reader: Reader | UnitOfWork) -> tuple[LabelView, ...]:
    """Every label that holds for the place, as these facts stand today.

    Computed when it is asked for, never kept: a label can neither be older than a fact, nor outlive one that
    has run out.
    """
    today = reader.now.astimezone(CHINA).date()
    return tuple(label_of(each, facts, today) for each in holding(reader))
