"""What was ever said about some enterprises, as far as an import must know it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from chassis.write.uow import UnitOfWork
from contracts.rule import Fact
from contracts.rule.facts import FactKind
from services.catalog.enterprises.counting import CountingFact, ToldFact, counting

FactKey = tuple[str, str | None, str, date]
"""Name, period, source, and the day of which it is said."""

Said = tuple[FactKind | str, bool | str | tuple[str, ...], str | None, date | None]
"""Kind, value, unit, and until when it holds."""

FactIdentity = tuple[FactKey, Said]
"""Two facts that agree in this say the same thing: who, what, when."""

KNOWN_TELLINGS = (
    "SELECT enterprise_id, version, first, source, source_kind, as_of, valid_until, facts,"
    " coalesce(teller, recorded_by) AS teller FROM enterprise_telling"
    " WHERE tenant = :tenant AND enterprise_id = ANY (:ids) ORDER BY enterprise_id, version, first"
)
KNOWN_WITHDRAWALS = (
    "SELECT enterprise_id, version, ordinal, withdrawn_by FROM enterprise_fact_withdrawal"
    " WHERE tenant = :tenant AND enterprise_id = ANY (:ids)"
)


class KnownFacts:
    """Everything that was ever said about some enterprises, as far as an import must know it."""

    def __init__(self, ids: Collection[str], uow: UnitOfWork) -> None:
        asked = {"tenant": uow.tenant, "ids": sorted(ids)}
        self._tellings: dict[str, list[Any]] = defaultdict(list)
        self._taken_back: dict[tuple[str, int, int], str] = {}
        if ids:
            self._taken_back = {
                (row.enterprise_id, row.version, row.ordinal): row.withdrawn_by
                for row in uow.execute(KNOWN_WITHDRAWALS, asked)
            }
            for row in uow.execute(KNOWN_TELLINGS, asked):
                self._tellings[row.enterprise_id].append(row)

    def said_of(self, enterprise_id: str) -> tuple[Mapping[FactKey, Said], Collection[FactIdentity]]:
        """(what each source has said last of each day and stands, what was withdrawn).

        The last word counts: who has said 100, then 200, then 100 again of one day means 100.
        """
        stands: dict[FactKey, Said] = {}
        withdrawn: set[FactIdentity] = set()
        for telling in self._tellings[enterprise_id]:
            version, first, source, as_of, valid_until = (
                telling.version,
                telling.first,
                telling.source,
                telling.as_of,
                telling.valid_until,
            )
            for ordinal, (name, kind, value, unit, period) in enumerate(telling.facts, start=first):
                key, said = (name, period, source, as_of), (kind, _meant(kind, _plain(value)), unit, valid_until)
                if self._taken_back and (enterprise_id, version, ordinal) in self._taken_back:
                    withdrawn.add((key, said))
                else:
                    stands[key] = said
        return stands, withdrawn

    def standing(self, enterprise_id: str) -> Collection[CountingFact]:
        """What counts so far, and whose word it is."""
        return counting(self._told(enterprise_id)).values()

    def _told(self, enterprise_id: str) -> Iterator[ToldFact]:
        for telling in self._tellings[enterprise_id]:
            for ordinal, (name, kind, value, unit, period) in enumerate(telling.facts, start=telling.first):
                fact = Fact.model_construct(
                    name=name,
                    kind=FactKind(kind),
                    value=_plain(value),
                    unit=unit,
                    period=period,
                    source=telling.source,
                    source_kind=telling.source_kind,
                    as_of=telling.as_of,
                    valid_until=telling.valid_until,
                )
                taken_back = self._taken_back.get((enterprise_id, telling.version, ordinal))
                yield ToldFact(fact, telling.teller, withdrawn_by=taken_back)


def _plain(value: Any) -> bool | str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value


def _meant(kind: FactKind | str, value: bool | str | tuple[str, ...]) -> bool | str | tuple[str, ...]:
    """Figures that were kept before zeros were left out behind the point mean what they mean today."""
    if kind == FactKind.NUMBER and isinstance(value, str) and "." in value:
        return value.rstrip("0").rstrip(".")
    return value


def identity(fact: Fact) -> FactIdentity:
    """What the fact says, and of what."""
    key = (fact.name, fact.period, fact.source, fact.as_of)
    return key, (fact.kind, _meant(fact.kind, fact.value), fact.unit, fact.valid_until)
