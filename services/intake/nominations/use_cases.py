"""What intake does with a department's list."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.foundation.secrecy import Cipher
from chassis.operations.runs import view_of
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import NominateEnterprises, NominationLine, NominationView
from contracts.nomination_lists import ImportNominations
from contracts.operations import OperationView
from contracts.refusal import Reason
from services.intake.applications.admission import Admission, admit_line, reasons_against_list
from services.intake.applications.domain import DUPLICATE
from services.intake.applications.store import ApplicantPeriod, Applications
from services.intake.catalog_copies.domain import Applicant, facts_used
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.intake.catalog_copies.items import ItemCopies
from services.intake.nominations.domain import Nomination, NominationRefused, refuse_other_department
from services.intake.nominations.filing_lines import file_lines
from services.intake.nominations.store import Nominations

KIND = "import_nominations"
TITLES = {"csv": "推送免申即享名单（CSV）", "xlsx": "推送免申即享名单（Excel）"}


def import_nominations(cmd: ImportNominations, uow: UnitOfWork) -> OperationView:
    """Begin to take a list line by line. Raises ItemOfOtherDepartment, or NominationRefused for what stands against all of it."""
    item = uow.of(ItemCopies).item(cmd.item_id)
    if item is not None:
        refuse_other_department(uow.actor, uow.tenant, item)
    reasons = reasons_against_list(item, uow.now.astimezone(CHINA).date())
    if reasons:
        raise NominationRefused(*reasons)
    parameters = cmd.model_dump(mode="json", exclude_none=True)
    return view_of(uow.begin_operation(KIND, title=TITLES[cmd.format], parameters=parameters), "intake")


def nominate_enterprises(cmd: NominateEnterprises, uow: UnitOfWork, cipher: Cipher) -> NominationView:
    """A department lists who is entitled: every line holds, or none is taken.

    Raises ItemOfOtherDepartment, or NominationRefused with the reasons of every line (`lines.3.enterprise_id`).
    Enterprises of counties below the item's tenant live in those tenants and are unknown here: `import_nominations` takes them.
    """
    item = uow.of(ItemCopies).item(cmd.item_id)
    if item is not None:
        refuse_other_department(uow.actor, uow.tenant, item)
    ids = [line.enterprise_id for line in cmd.lines]
    enterprises = uow.of(EnterpriseCopies).enterprises(ids, facts_used(item), tenant=uow.tenant)
    today = uow.now.astimezone(CHINA).date()
    admissions = [admit_line(item, enterprises.get(line.enterprise_id), line, today) for line in cmd.lines]
    periods = [admission.period for admission in admissions]
    claimed = uow.of(Applications).claimed(cmd.item_id, list(zip(ids, periods, strict=True)))
    reasons = reasons_against_list(item, today)
    reasons += _line_reasons(cmd.lines, admissions, enterprises, claimed)
    if reasons or item is None:
        raise NominationRefused(*reasons)
    nomination_id = uow.new_id()
    pairs = [(enterprises[id], admission) for id, admission in zip(ids, admissions, strict=True)]
    filed = file_lines(item, pairs, nomination_id, uow, cipher)
    nomination = Nomination.push(filed, id=nomination_id, item=item, by=uow.actor, at=uow.now, trace=uow.traceparent)
    uow.of(Applications).save_many([application for application, _ in filed])
    uow.of(Nominations).save(nomination)
    return nomination.view(filed)


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
