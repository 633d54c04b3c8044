"""Lines of a list taken into one county: what holds is filed and told, what does not is refused with all its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.foundation.secrecy import Cipher
from chassis.operations.domain import Operation
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import NominationLine
from contracts.names import same_name
from contracts.operations import LineResult
from contracts.refusal import Reason
from services.intake.applications.admission import Admission, admit_line, reasons_against_list
from services.intake.applications.store import ApplicantPeriod, Applications, FiledBefore
from services.intake.catalog_copies.domain import Applicant, PublishedItem, facts_used
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.intake.catalog_copies.items import ItemCopies
from services.intake.nominations.domain import Nomination
from services.intake.nominations.filing_lines import file_lines
from services.intake.nominations.list_lines import ListLine
from services.intake.nominations.store import Nominations

UNKNOWN = Reason(code="enterprise_unknown", message="本地区及下辖县区没有该企业的档案。")


@dataclass(frozen=True, slots=True)
class LookedAtLine:
    """A line with the enterprise that it names and what the checks came to."""

    line: ListLine
    enterprise: Applicant
    admission: Admission

    @property
    def claim(self) -> ApplicantPeriod:
        return self.enterprise.enterprise_id, self.admission.period


def take_lines(lines: Sequence[ListLine], run: Operation, uow: UnitOfWork, cipher: Cipher) -> list[LineResult]:
    """At least one result for each line, in their order. The lines are of one place."""
    today = uow.now.astimezone(CHINA).date()
    item = uow.of(ItemCopies).item(run.parameters["item_id"])
    against_all = reasons_against_list(item, today)
    if item is None or against_all:
        return [result for each in lines for result in _all_refused(each, against_all)]
    looked_at, refused = _looked_at(lines, item, uow, today)
    claimed = _claimed(looked_at, item, uow)
    fresh = [each for each in looked_at if each.claim not in claimed and not each.admission.reasons]
    results = [result for line, reasons in refused for result in _all_refused(line, reasons)]
    for each in looked_at:
        if each.claim in claimed:
            results.append(_there_already(each.line, claimed[each.claim]))
        elif each.admission.reasons:
            results += _all_refused(each.line, each.admission.reasons)
    results += _filed(fresh, item, uow, cipher)
    return sorted(results, key=lambda result: result.line)


def _looked_at(
    lines: Sequence[ListLine], item: PublishedItem, uow: UnitOfWork, today: date
) -> tuple[list[LookedAtLine], list[tuple[ListLine, Sequence[Reason]]]]:
    """Those whose enterprise is known, and why the others are not even looked at."""
    tenants = {each.home.tenant for each in lines if each.home is not None}
    known: dict[str, Applicant] = {}
    for tenant in tenants:
        ids = [each.home.enterprise_id for each in lines if each.home is not None and each.home.tenant == tenant]
        known |= uow.of(EnterpriseCopies).enterprises(ids, facts_used(item), tenant=tenant)
    looked_at: list[LookedAtLine] = []
    refused: list[tuple[ListLine, Sequence[Reason]]] = []
    for each in lines:
        enterprise = known.get(each.home.enterprise_id) if each.home is not None else None
        if each.reasons or enterprise is None:
            refused.append((each, each.reasons or (UNKNOWN,)))
        elif each.name is not None and not same_name(each.name, enterprise.name):
            text = f"名单写的是“{each.name}”，该信用代码的企业是“{enterprise.name}”。"
            refused.append((each, (Reason(code="name_mismatch", message=text),)))
        else:
            asked = NominationLine(enterprise_id=enterprise.enterprise_id, amount_fen=each.amount_fen)
            looked_at.append(LookedAtLine(each, enterprise, admit_line(item, enterprise, asked, today)))
    return looked_at, refused


def _claimed(
    looked_at: Sequence[LookedAtLine], item: PublishedItem, uow: UnitOfWork
) -> Mapping[ApplicantPeriod, FiledBefore]:
    found: dict[ApplicantPeriod, FiledBefore] = {}
    for tenant in {each.enterprise.tenant for each in looked_at}:
        asked = [each.claim for each in looked_at if each.enterprise.tenant == tenant]
        found |= uow.of(Applications).claims(item.item_id, asked, tenant)
    return found


def _filed(fresh: Sequence[LookedAtLine], item: PublishedItem, uow: UnitOfWork, cipher: Cipher) -> list[LineResult]:
    """File these and tell them as one part of the list."""
    if not fresh:
        return []
    nomination_id = uow.new_id()
    pairs = [(each.enterprise, each.admission) for each in fresh]
    filed = file_lines(item, pairs, nomination_id, uow, cipher)
    nomination = Nomination.push(filed, id=nomination_id, item=item, by=uow.actor, at=uow.now, trace=uow.traceparent)
    uow.of(Applications).save_many([application for application, _ in filed])
    uow.of(Nominations).save(nomination)
    return [
        LineResult(
            line=each.line.line,
            outcome="accepted",
            code="nominated",
            message=f"{each.enterprise.name}：已列入，收件编号 {application.claim.receipt}。",
            subject_id=application.id,
        )
        for each, (application, _numbers) in zip(fresh, filed, strict=True)
    ]


def _there_already(line: ListLine, claimed: FiledBefore) -> LineResult:
    day = claimed.at.astimezone(CHINA).date()
    text = f"{day} 已列入名单，收件编号 {claimed.receipt}，没有重复登记。"
    return LineResult(line=line.line, outcome="unchanged", code="already_listed", message=text)


def _all_refused(line: ListLine, reasons: Sequence[Reason]) -> list[LineResult]:
    return [_refused_for(line, reason) for reason in reasons]


def _refused_for(line: ListLine, reason: Reason) -> LineResult:
    message = reason.message if reason.message.endswith("。") else f"{reason.message}。"
    column = reason.field if line.reasons else None
    return LineResult(line=line.line, column=column, outcome="refused", code=reason.code, message=message)
