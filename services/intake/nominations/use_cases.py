"""What intake does with a department's list."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.foundation.secrecy import Cipher
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import NominateEnterprises, NominationLine, NominationView
from contracts.refusal import Reason
from services.intake.applications.admission import Admission, admit_line, reasons_against_list
from services.intake.applications.domain import DUPLICATE, Application, Numbers
from services.intake.applications.filing import application_of, issue_numbers, receipt_head
from services.intake.applications.store import ApplicantPeriod, Applications
from services.intake.catalog_copies.domain import Applicant, PublishedItem, facts_used
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.intake.catalog_copies.items import ItemCopies
from services.intake.nominations.domain import Nomination, NominationRefused, refuse_other_department
from services.intake.nominations.store import Nominations


def nominate_enterprises(cmd: NominateEnterprises, uow: UnitOfWork, cipher: Cipher) -> NominationView:
    """A department lists who is entitled: every line holds, or none is taken.

    Raises ItemOfOtherDepartment, or NominationRefused with the reasons of every line (`lines.3.enterprise_id`).
    Enterprises of counties below the item's tenant live in those tenants and are unknown here.
    """
    item = uow.of(ItemCopies).item(cmd.item_id)
    if item is not None:
        refuse_other_department(uow.actor, uow.tenant, item)
    ids = [line.enterprise_id for line in cmd.lines]
    enterprises = uow.of(EnterpriseCopies).enterprises(ids, facts_used(item))
    today = uow.now.astimezone(CHINA).date()
    admissions = [admit_line(item, enterprises.get(line.enterprise_id), line, today) for line in cmd.lines]
    periods = [admission.period for admission in admissions]
    claimed = uow.of(Applications).claimed(cmd.item_id, list(zip(ids, periods, strict=True)))
    reasons = reasons_against_list(item, today)
    reasons += _line_reasons(cmd.lines, admissions, enterprises, claimed)
    if reasons or item is None:
        raise NominationRefused(*reasons)
    nomination_id = uow.new_id()
    filed = _file_lines(item, [enterprises[id] for id in ids], admissions, nomination_id, uow, cipher)
    nomination = Nomination.push(filed, id=nomination_id, item=item, by=uow.actor, at=uow.now, trace=uow.traceparent)
    uow.of(Applications).save_many([application for application, _ in filed])
    uow.of(Nominations).save(nomination)
    return nomination.view(filed)


def _file_lines(
    item: PublishedItem,
    enterprises: Sequence[Applicant],
    admissions: Sequence[Admission],
    nomination_id: str,
    uow: UnitOfWork,
    cipher: Cipher,
) -> list[tuple[Application, Numbers]]:
    """One application per line, in the order of the list."""
    # Rows are written in the order of their ids: let that be the enterprises' order, so that two lists that share
    # enterprises meet at the first of them instead of blocking each other.
    in_row_order = sorted(enterprise.enterprise_id for enterprise in enterprises)
    row_ids = dict(zip(in_row_order, sorted(uow.new_id() for _ in enterprises), strict=True))
    head = receipt_head(item, uow)
    filed = []
    for enterprise, admission in zip(enterprises, admissions, strict=True):
        numbers = issue_numbers(head, row_ids[enterprise.enterprise_id], uow, cipher)
        application = application_of(item, enterprise, admission, numbers, uow, nomination_id=nomination_id)
        filed.append((application, numbers))
    return filed


def _line_reasons(
    lines: Sequence[NominationLine],
    admissions: Sequence[Admission],
    enterprises: dict[str, Applicant],
    claimed: set[ApplicantPeriod],
) -> list[Reason]:
    """Everything against every line, each reason told with the number and the name of its line."""
    reasons: list[Reason] = []
    listed: dict[str, int] = {}
    for index, (line, admission) in enumerate(zip(lines, admissions, strict=True)):
        first = listed.setdefault(line.enterprise_id, index)
        against = list(admission.reasons)
        if first < index:
            against.append(Reason(code=DUPLICATE.code, message=f"与第 {first + 1} 行重复"))
        if (line.enterprise_id, admission.period) in claimed:
            against.append(DUPLICATE)
        enterprise = enterprises.get(line.enterprise_id)
        row = f"第 {index + 1} 行" + (f"“{enterprise.name}”" if enterprise is not None else "")
        for reason in against:
            column = "amount_fen" if reason.field == "claimed_fen" else "enterprise_id"
            message = f"{row}：{reason.message}"
            reasons.append(Reason(code=reason.code, message=message, field=f"lines.{index}.{column}"))
    return reasons
