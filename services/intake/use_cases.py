"""What intake does when it is told to, or hears: one function per command or kind of event."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.events.received import Received
from chassis.foundation.ids import random_code
from chassis.foundation.secrecy import Cipher
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged, EnterpriseRegistered, PayeeAccountChanged
from contracts.intake import (
    NominateEnterprises,
    NominationLine,
    NominationView,
    ReplacedClaim,
    SubmissionReceipt,
    SubmitApplication,
)
from contracts.policies import ItemLifeEvent, PolicyPublished, PolicyRevised
from contracts.refusal import Reason
from services.intake.admission import Admission, admit, admit_line, reasons_against_list
from services.intake.catalog_copies import CatalogCopies
from services.intake.domain import (
    Application,
    ApplicationRefused,
    DuplicateApplication,
    Firm,
    Nomination,
    NominationRefused,
    Numbers,
    PublishedItem,
    claim_of,
    refuse_other_department,
    refuse_stranger,
)
from services.intake.earlier_applications import reasons_against_replacing
from services.intake.store import Applications, FirmPeriod, Nominations

DUPLICATE = Reason(code=DuplicateApplication.code, message=DuplicateApplication.sentence, field="item_id")


def submit_application(cmd: SubmitApplication, uow: UnitOfWork, cipher: Cipher) -> SubmissionReceipt:
    """A firm applies. Raises EnterpriseNotYours, or ApplicationRefused with everything that stands against it."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    copies = uow.of(CatalogCopies)
    item = _within_reach(copies.item(cmd.item_id), uow)
    firm = copies.firms([cmd.enterprise_id], _facts_used(item)).get(cmd.enterprise_id)
    admission = admit(item, firm, cmd, uow.now.astimezone(CHINA).date())
    applications = uow.of(Applications)
    firm_period = (cmd.enterprise_id, admission.period)
    filed = applications.filed(cmd.item_id, firm_period, cmd.replaces) if cmd.replaces else None
    reasons = [*admission.reasons, *reasons_against_replacing(cmd.replaces, filed)]
    # A duplicate alone is found out by saving it, except under a file that was merged into this one.
    asked = bool(reasons) or (firm is not None and firm.has_former_files)
    duplicate = filed is None and asked and bool(applications.claimed(cmd.item_id, [firm_period]))
    if reasons or duplicate or item is None or firm is None:
        raise ApplicationRefused(*reasons, *([DUPLICATE] if duplicate else []))
    numbers = _numbers(_receipt_head(item, uow), uow.new_id(), uow, cipher)
    replaces = ReplacedClaim(application_id=filed.application_id, receipt=filed.receipt) if filed else None
    application = _application(item, firm, admission, numbers, uow, commitments=cmd.commitments, replaces=replaces)
    application.submit(numbers.digest)
    applications.save(application)
    return application.receipt(numbers.query_code)


def nominate_enterprises(cmd: NominateEnterprises, uow: UnitOfWork, cipher: Cipher) -> NominationView:
    """A department lists who is entitled: every line holds, or none is taken.

    Raises ItemOfOtherDepartment, or NominationRefused with the reasons of every line (`lines.3.enterprise_id`).
    Firms of counties below the item's tenant live in those tenants and are unknown here.
    """
    copies = uow.of(CatalogCopies)
    item = copies.item(cmd.item_id)
    if item is not None:
        refuse_other_department(uow.actor, uow.tenant, item)
    ids = [line.enterprise_id for line in cmd.lines]
    firms = copies.firms(ids, _facts_used(item))
    today = uow.now.astimezone(CHINA).date()
    admissions = [admit_line(item, firms.get(line.enterprise_id), line, today) for line in cmd.lines]
    periods = [admission.period for admission in admissions]
    claimed = uow.of(Applications).claimed(cmd.item_id, list(zip(ids, periods, strict=True)))
    reasons = reasons_against_list(item, today)
    reasons += _line_reasons(cmd.lines, admissions, firms, claimed)
    if reasons or item is None:
        raise NominationRefused(*reasons)
    nomination_id = uow.new_id()
    filed = _file_lines(item, [firms[id] for id in ids], admissions, nomination_id, uow, cipher)
    nomination = Nomination.push(filed, id=nomination_id, item=item, by=uow.actor, at=uow.now, trace=uow.traceparent)
    uow.of(Applications).save_many([application for application, _ in filed])
    uow.of(Nominations).save(nomination)
    return nomination.view(filed)


def keep_items(events: Sequence[Received[PolicyPublished | ItemLifeEvent]], uow: UnitOfWork) -> None:
    """Items can be applied for as soon as their publication has arrived, and while they are on offer."""
    copies = uow.of(CatalogCopies)
    copies.keep_items([event for event in events if isinstance(event.data, PolicyPublished | PolicyRevised)])
    copies.keep_states([event for event in events if isinstance(event.data, ItemLifeEvent)])


def keep_enterprises(events: Sequence[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
    uow.of(CatalogCopies).keep_enterprises(events)


def keep_facts(events: Sequence[Received[EnterpriseFactsChanged]], uow: UnitOfWork) -> None:
    uow.of(CatalogCopies).keep_facts(events)


def keep_payees(events: Sequence[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
    uow.of(CatalogCopies).keep_payees(events)


def _within_reach(item: PublishedItem | None, uow: UnitOfWork) -> PublishedItem | None:
    """The item, if the firm's own tenant or a level above it has published it."""
    return item if item is not None and item.tenant in uow.registry.lineage(uow.tenant) else None


def _facts_used(item: PublishedItem | None) -> Sequence[str]:
    return list(item.content.rules.fact_types_by_name) if item is not None else []


def _file_lines(
    item: PublishedItem,
    firms: Sequence[Firm],
    admissions: Sequence[Admission],
    nomination_id: str,
    uow: UnitOfWork,
    cipher: Cipher,
) -> list[tuple[Application, Numbers]]:
    """One application per line, in the order of the list."""
    # Rows are written in the order of their ids: let that be the firms' order, so that two lists that share
    # firms meet at the first of them instead of blocking each other.
    in_row_order = sorted(firm.enterprise_id for firm in firms)
    row_ids = dict(zip(in_row_order, sorted(uow.new_id() for _ in firms), strict=True))
    head = _receipt_head(item, uow)
    filed = []
    for firm, admission in zip(firms, admissions, strict=True):
        numbers = _numbers(head, row_ids[firm.enterprise_id], uow, cipher)
        application = _application(item, firm, admission, numbers, uow, nomination_id=nomination_id)
        filed.append((application, numbers))
    return filed


def _receipt_head(item: PublishedItem, uow: UnitOfWork) -> str:
    """The prefix of the item's tenant, by which the tracking page finds the case, and the date in China."""
    prefix = uow.registry.settings(item.tenant).receipt_prefix
    return f"{prefix}-{uow.now.astimezone(CHINA):%Y%m%d}"


def _numbers(receipt_head: str, application_id: str, uow: UnitOfWork, cipher: Cipher) -> Numbers:
    """The query code is a secret of the applicant's: the row keeps it sealed, and only a digest travels."""
    receipt, code = f"{receipt_head}-{random_code(8)}", random_code(8)
    return Numbers(
        application_id=application_id,
        receipt=receipt,
        query_code=code,
        sealed=cipher.seal(code, purpose="query_code", tenant=uow.tenant),
        digest=cipher.digest(f"{receipt}{code}"),
    )


def _application(
    item: PublishedItem,
    firm: Firm,
    admission: Admission,
    numbers: Numbers,
    uow: UnitOfWork,
    *,
    commitments: tuple[str, ...] = (),
    nomination_id: str | None = None,
    replaces: ReplacedClaim | None = None,
) -> Application:
    assert firm.payee is not None, "a firm without a confirmed account has been admitted"
    return Application(
        id=numbers.application_id,
        tenant=firm.tenant,
        traceparent=uow.traceparent,
        claim=claim_of(firm, item, numbers, replaces),
        period=admission.period,
        facts=admission.facts,
        figures=admission.figures,
        payee=firm.payee,
        estimated_fen=admission.amount_fen,
        commitments=commitments,
        nomination_id=nomination_id,
        query_code_sealed=numbers.sealed,
        submitted_by=uow.actor.id,
        submitted_at=uow.now,
    )


def _line_reasons(
    lines: Sequence[NominationLine],
    admissions: Sequence[Admission],
    firms: dict[str, Firm],
    claimed: set[FirmPeriod],
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
        firm = firms.get(line.enterprise_id)
        row = f"第 {index + 1} 行" + (f"“{firm.name}”" if firm is not None else "")
        for reason in against:
            column = "amount_fen" if reason.field == "claimed_fen" else "enterprise_id"
            message = f"{row}：{reason.message}"
            reasons.append(Reason(code=reason.code, message=message, field=f"lines.{index}.{column}"))
    return reasons
