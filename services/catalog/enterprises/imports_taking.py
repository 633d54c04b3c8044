"""Taking lines into the catalogue, hundreds at a time: who is new is registered, what is new is recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from chassis.clock import CHINA
from chassis.secrecy import Cipher, mask_phone
from chassis.uow import UnitOfWork
from contracts.operations import LineResult
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.rule_facts import FactKind
from services.catalog.enterprises.domain import Enterprise, EnterpriseMergedAlready
from services.catalog.enterprises.imports_lines import EnterpriseLine
from services.catalog.enterprises.store import Enterprises

FactIdentity = tuple[Any, ...]

KNOWN_FACTS = (
    "SELECT f.enterprise_id, f.name, f.kind, f.value, f.unit, f.period, f.source, f.source_kind, f.as_of, f.valid_until,"
    " w.version IS NOT NULL AS withdrawn FROM enterprise_fact f LEFT JOIN enterprise_fact_withdrawal w"
    " ON (w.tenant, w.enterprise_id, w.version, w.ordinal) = (f.tenant, f.enterprise_id, f.version, f.ordinal)"
    " WHERE f.tenant = :tenant AND f.enterprise_id = ANY (:ids) ORDER BY f.enterprise_id, f.version, f.ordinal"
)


class KnownFacts:
    """Everything that was ever said about some enterprises, as far as an import must know it."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.said: dict[str, set[FactIdentity]] = defaultdict(set)
        self.withdrawn: dict[str, set[FactIdentity]] = defaultdict(set)
        self.standing: dict[str, dict[tuple[str, str | None], Fact]] = defaultdict(dict)
        for row in rows:
            fact = Fact.model_construct(
                name=row.name, kind=FactKind(row.kind), unit=row.unit, period=row.period, source=row.source,
                source_kind=row.source_kind, as_of=row.as_of, valid_until=row.valid_until,
                value=tuple(row.value) if isinstance(row.value, list) else row.value,
            )
            if row.withdrawn:
                self.withdrawn[row.enterprise_id].add(identity(fact))
                continue
            self.said[row.enterprise_id].add(identity(fact))
            counting = self.standing[row.enterprise_id].get((fact.name, fact.period))
            if counting is None or fact.as_of >= counting.as_of:
                self.standing[row.enterprise_id][fact.name, fact.period] = fact


def identity(fact: Fact) -> FactIdentity:
    """Two facts that agree in this say the same thing: who, what, when."""
    return (fact.name, fact.period, fact.kind, fact.value, fact.unit, fact.source, fact.as_of, fact.valid_until)


def take_lines(lines: Sequence[EnterpriseLine], uow: UnitOfWork, cipher: Cipher) -> list[LineResult]:
    """Register and record; at least one result for each line, in their order."""
    results: list[LineResult] = [
        LineResult(line=each.line, column=reason.field, outcome="refused", code=reason.code, message=reason.message)
        for each in lines
        for reason in each.reasons
    ]
    for together in _without_repeats([each for each in lines if not each.reasons]):
        results += _take(together, uow, cipher)
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


def _take(lines: Sequence[EnterpriseLine], uow: UnitOfWork, cipher: Cipher) -> list[LineResult]:
    enterprises = uow.of(Enterprises)
    files = {each.uscc: each for each in enterprises.of_credit_codes([line.uscc for line in lines])}
    known = KnownFacts(
        uow.execute(KNOWN_FACTS, {"tenant": uow.tenant, "ids": sorted(each.id for each in files.values())}).all()
        if files
        else ()
    )
    today = uow.now.astimezone(CHINA).date()
    changed: list[Enterprise] = []
    results = []
    for line in lines:
        file = files.get(line.uscc)
        if file is None:
            results.append(_register(line, changed, uow, cipher, today))
        elif file.merged_into is not None:
            refusal = EnterpriseMergedAlready(into=file.merged_into)
            results.append(_refused(line, Reason(code=refusal.code, message=refusal.message), file.id))
        else:
            results.append(_add(line, file, known, changed, uow, today))
    enterprises.save_many(changed)
    return results


def _register(
    line: EnterpriseLine, changed: list[Enterprise], uow: UnitOfWork, cipher: Cipher, today: date
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
    enterprise.register(by=uow.actor, facts=line.facts, today=today)
    changed.append(enterprise)
    words = f"新登记，载入 {len(line.facts)} 项数据。"
    return LineResult(line=line.line, outcome="accepted", code="registered", message=words, subject_id=enterprise.id)


def _add(
    line: EnterpriseLine, file: Enterprise, known: KnownFacts, changed: list[Enterprise], uow: UnitOfWork, today: date
) -> LineResult:
    """A name or contact that differs is told and left alone: changing those is a decision about one enterprise."""
    note = f"名称与档案中的“{file.name}”不一致，未更改名称。" if line.name != file.name else ""
    fresh = [fact for fact in line.facts if identity(fact) not in known.said[file.id]]
    facts = tuple(fact for fact in fresh if identity(fact) not in known.withdrawn[file.id])
    if len(facts) < len(fresh):
        note += f"{len(fresh) - len(facts)} 项数据此前已撤回，未重新载入。"
    if not facts:
        return LineResult(
            line=line.line, outcome="unchanged", code="unchanged", message=note or "与档案一致，没有变化。",
            subject_id=file.id,
        )
    file.record_facts(facts, by=uow.actor, today=today, standing=known.standing[file.id].values())
    changed.append(file)
    words = f"载入 {len(facts)} 项新数据。{note}"
    return LineResult(line=line.line, outcome="accepted", code="facts_recorded", message=words, subject_id=file.id)


def _refused(line: EnterpriseLine, reason: Reason, subject_id: str | None = None) -> LineResult:
    return LineResult(
        line=line.line, column=reason.field, outcome="refused", code=reason.code, message=reason.message,
        subject_id=subject_id,
    )
