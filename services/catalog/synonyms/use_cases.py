"""What is done with a place's list: it is replaced, whole."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.synonyms import ReplaceSynonyms, SynonymListView
from services.catalog.synonyms.checking import wrong_with
from services.catalog.synonyms.store import SynonymLists


def replace_synonyms(cmd: ReplaceSynonyms, uow: UnitOfWork) -> SynonymListView:
    """Searches of this place and of those below it use the new list from the next one on."""
    lists = uow.of(SynonymLists)
    known = lists.own(uow.tenant)
    known.replace(
        cmd.groups,
        wrong=wrong_with(cmd.groups),
        note=cmd.note,
        by=uow.actor,
        at=uow.now,
        expected_version=cmd.expected_version,
    )
    lists.save_version(known)
    return known.view()
