"""Taking lines into the catalogue, hundreds at a time: who is new is registered, what is new is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from chassis.foundation.secrecy import Cipher, mask_phone
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.names import looks
from contracts.operations import LineOutcome, LineResult
from contracts.refusal import Reason
from services.catalog.enterprises.domain import Enterprise, EnterpriseMergedAlready
from services.catalog.enterprises.names import EnterpriseNames, KnownName, namesakes, unlike
from services.catalog.enterprises.store import Enterprises
from services.catalog.imports.differing import differing_columns
from services.catalog.imports.known_facts import KnownFacts, identity
from services.catalog.imports.lines import EnterpriseLine


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
    newcomers = Newcomers([line.name for line in lines if line.uscc not in dossiers], uow, cipher)
    today = uow.now.astimezone(CHINA).date()
    changed: list[Enterprise] = []
    results = []
    for line in lines:
        dossier = dossiers.get(line.uscc)
        if dossier is None:
            results.append(newcomers.register(line, changed, today, signed))
        elif dossier.merged_into is not None:
            refusal = EnterpriseMergedAlready(into=dossier.merged_into)
            results.append(_refused(line, Reason(code=refusal.code, message=refusal.message), dossier.id))
        else:
            results += _add(line, dossier, known, changed, uow, cipher, signed)
    enterprises.save_many(changed)
    return results


class Newcomers:
    """Those who are registered by a chunk: none of them with a name that is taken for another one's."""

    def __init__(self, names: Sequence[str], uow: UnitOfWork, cipher: Cipher) -> None:
        self._known = uow.of(EnterpriseNames).like(names)
        self._uow = uow
        self._cipher = cipher

    def register(self, line: EnterpriseLine, changed: list[Enterprise], today: date, signed: bool) -> LineResult:
        if line.contact_mobile is None:
            return _refused(line, Reason(code="contact_missing", message="首次登记的企业须有联系手机。"))
        if (found := unlike(line.name, self._known)) is not None:
            other, where = found
            text = (
                f"企业名称与“{other.name}”（{other.uscc}）看起来相同，却不是同一名称：{where.sentence}。"
                "请核对营业执照改正；确为另一家企业的，由窗口逐家登记。"
            )
            return _refused(line, Reason(code="name_looks_alike", message=text, field=line.title("name")))
        uow = self._uow
        enterprise = Enterprise(
            id=uow.new_id(),
            tenant=uow.tenant,
            traceparent=uow.traceparent,
            uscc=line.uscc,
            name=line.name,
            industry=line.industry,
            contact_sealed=self._cipher.seal(line.contact_mobile, tenant=uow.tenant, purpose="contact"),
            contact_masked=mask_phone(line.contact_mobile),
        )
        enterprise.register(by=uow.actor, facts=line.facts, today=today, signed=signed)
        changed.append(enterprise)
        sentence = f"新登记，载入 {len(line.facts)} 项数据。"
        if others := namesakes(line.name, self._known):
            sentence += f"另有同名企业（{'、'.join(each.uscc for each in others)}），请核对是否重复建档。"
        self._known.setdefault(looks(line.name), []).append(KnownName(enterprise.id, line.uscc, line.name))
        return LineResult(
            line=line.line, outcome="accepted", code="registered", message=sentence, subject_id=enterprise.id
        )


def _add(
    line: EnterpriseLine,
    dossier: Enterprise,
    known: KnownFacts,
    changed: list[Enterprise],
    uow: UnitOfWork,
    cipher: Cipher,
    signed: bool,
) -> list[LineResult]:
    """Every column that differs is told with what is done about it; the last result says what became of the line."""
    stands, withdrawn = known.said_of(dossier.id)
    fresh = [fact for fact in line.facts if stands.get((told := identity(fact))[0]) != told[1]]
    facts = tuple(fact for fact in fresh if identity(fact) not in withdrawn)
    note = f"{len(fresh) - len(facts)} 项数据此前已撤回，未重新载入。" if len(facts) < len(fresh) else ""
    industry = line.industry if line.industry not in (None, dossier.industry) else None
    if industry is not None:
        note += f"行业由“{dossier.industry or '未填写'}”更正为“{industry}”。"
    differing = differing_columns(line, dossier, cipher)
    if facts:
        today = uow.now.astimezone(CHINA).date()
        dossier.record_facts(facts, by=uow.actor, today=today, standing=known.standing(dossier.id), signed=signed)
    if industry is not None:
        dossier.industry = industry
    if facts or industry is not None:
        changed.append(dossier)
        code = "facts_recorded" if facts else "industry_corrected"
        sentence = f"载入 {len(facts)} 项新数据。{note}" if facts else note
        return [*differing, _told(line, dossier, "accepted", code, sentence)]
    if differing:
        return differing
    return [_told(line, dossier, "unchanged", "unchanged", note or "与档案一致，没有变化。")]


def _told(line: EnterpriseLine, dossier: Enterprise, outcome: LineOutcome, code: str, message: str) -> LineResult:
    return LineResult(line=line.line, outcome=outcome, code=code, message=message, subject_id=dossier.id)


def _refused(line: EnterpriseLine, reason: Reason, subject_id: str | None = None) -> LineResult:
    return LineResult(
        line=line.line,
        column=reason.field,
        outcome="refused",
        code=reason.code,
        message=reason.message,
        subject_id=subject_id,
    )
