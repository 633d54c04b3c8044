"""Taking lines into the catalogue, hundreds at a time: who is new is registered, what is new is recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from chassis.foundation.secrecy import Cipher, mask_phone
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.operations import LineResult
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.rule.facts import FactKind
from services.catalog.enterprises.counting import CountingFact, ToldFact, counting
from services.catalog.enterprises.domain import Enterprise, EnterpriseMergedAlready
from services.catalog.enterprises.store import Enterprises
from services.catalog.imports.lines import EnterpriseLine

FactIdentity = tuple[Any, ...]

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

    def said_of(self, enterprise_id: str) -> tuple[set[FactIdentity], set[FactIdentity]]:
        """(what stands, what was withdrawn)."""
        stands: set[FactIdentity] = set()
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
                said = (name, period, kind, _plain(value), unit, source, as_of, valid_until)
                taken_back = self._taken_back and (enterprise_id, version, ordinal) in self._taken_back
                (withdrawn if taken_back else stands).add(said)
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


def identity(fact: Fact) -> FactIdentity:
    """Two facts that agree in this say the same thing: who, what, when."""
    return (fact.name, fact.period, fact.kind, fact.value, fact.unit, fact.source, fact.as_of, fact.valid_until)


def take_lines(
    lines: Sequence[EnterpriseLine], uow: UnitOfWork, cipher: Cipher, *, signed: bool = False
) -> list[LineResult]:
    """Register and record; at least one result for each line, in their order. `signed`: as a feed says it."""
    results: list[LineResult] = [
        LineResult(line=each.line, column=reason.field, outcome="refused", code=reason.code, message=reason.message)
        for each in lines
        for reason in each.reasons
    ]
    for together in _without_repeats([each for each in lines if not each.reasons]):
        results += _take(together, uow, cipher, signed)
    return sorted(results, key=lambda result: result.line)


def _without_repeats(lines: Sequence[EnterpriseLine]) -> Iterator[list[EnterpriseLine]]:
    """The same enterprise twice in one chunk is taken twice, one after the other."""
    while lines:
        first: dict[str, EnterpriseLine] = {}
        later = []
        for each in lines:
            if first.setdefault(each.uscc, each) is not each:
                later.append(each)
        yield list(first.values())
        lines = later


def _take(lines: Sequence[EnterpriseLine], uow: UnitOfWork, cipher: Cipher, signed: bool) -> list[LineResult]:
    enterprises = uow.of(Enterprises)
    dossiers = {each.uscc: each for each in enterprises.of_credit_codes([line.uscc for line in lines])}
    known = KnownFacts([each.id for each in dossiers.values()], uow)
    today = uow.now.astimezone(CHINA).date()
    changed: list[Enterprise] = []
    results = []
    for line in lines:
        dossier = dossiers.get(line.uscc)
        if dossier is None:
            results.append(_register(line, changed, uow, cipher, today, signed))
        elif dossier.merged_into is not None:
            refusal = EnterpriseMergedAlready(into=dossier.merged_into)
            results.append(_refused(line, Reason(code=refusal.code, message=refusal.message), dossier.id))
        else:
            results.append(_add(line, dossier, known, changed, uow, today, signed))
    enterprises.save_many(changed)
    return results


def _register(
    line: EnterpriseLine, changed: list[Enterprise], uow: UnitOfWork, cipher: Cipher, today: date, signed: bool
) -> LineResult:
    if line.contact_mobile is None:
        return _refused(line, Reason(code="contact_missing", message="首次登记的企业须有联系手机。"))
    enterprise = Enterprise(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        uscc=line.uscc,
        name=line.name,
        industry=line.industry,
        contact_sealed=cipher.seal(line.contact_mobile, tenant=uow.tenant, purpose="contact"),
        contact_masked=mask_phone(line.contact_mobile),
    )
    enterprise.register(by=uow.actor, facts=line.facts, today=today, signed=signed)
    changed.append(enterprise)
    sentence = f"新登记，载入 {len(line.facts)} 项数据。"
    return LineResult(line=line.line, outcome="accepted", code="registered", message=sentence, subject_id=enterprise.id)


def _add(
    line: EnterpriseLine,
    dossier: Enterprise,
    known: KnownFacts,
    changed: list[Enterprise],
    uow: UnitOfWork,
    today: date,
    signed: bool,
) -> LineResult:
    """A name or contact that differs is told and left alone: changing those is a decision about one enterprise."""
    note = f"名称与档案中的“{dossier.name}”不一致，未更改名称。" if line.name != dossier.name else ""
    stands, withdrawn = known.said_of(dossier.id)
    fresh = [fact for fact in line.facts if identity(fact) not in stands]
    facts = tuple(fact for fact in fresh if identity(fact) not in withdrawn)
    if len(facts) < len(fresh):
        note += f"{len(fresh) - len(facts)} 项数据此前已撤回，未重新载入。"
    if not facts:
        return LineResult(
            line=line.line,
            outcome="unchanged",
            code="unchanged",
            message=note or "与档案一致，没有变化。",
            subject_id=dossier.id,
        )
    dossier.record_facts(facts, by=uow.actor, today=today, standing=known.standing(dossier.id), signed=signed)
    changed.append(dossier)
    sentence = f"载入 {len(facts)} 项新数据。{note}"
    return LineResult(
        line=line.line, outcome="accepted", code="facts_recorded", message=sentence, subject_id=dossier.id
    )


def _refused(line: EnterpriseLine, reason: Reason, subject_id: str | None = None) -> LineResult:
    return LineResult(
        line=line.line,
        column=reason.field,
        outcome="refused",
        code=reason.code,
        message=reason.message,
        subject_id=subject_id,
    )
