"""Codes that fail their own check: asked for, admitted, declined."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.code_admissions import AdmitCode, AskCodeAdmission, CodeAdmissionView, DeclineCodeAdmission
from services.catalog.code_admissions.domain import AskedCode, CodeAdmission, CodeAdmittedAlready
from services.catalog.code_admissions.store import CodeAdmissions
from services.catalog.enterprises.admitted_codes import AdmittedCodes
from services.catalog.enterprises.credit_code import WELL_FORMED, adds_up, is_resident_id, plain_code, wrong_with


def ask_code_admission(cmd: AskCodeAdmission, uow: UnitOfWork) -> CodeAdmissionView:
    """Say that a code is real although it fails its own check; nothing passes by it until a second person has agreed."""
    asked = read_code(cmd.uscc)
    admission = CodeAdmission(
        id=uow.new_id(),
        tenant=uow.tenant,
        uscc=asked.uscc,
        name=cmd.name,
        wrong=asked.wrong or "",
        document=cmd.evidence.document,
        document_number=cmd.evidence.number,
        issuer=cmd.evidence.issuer,
        issued_on=cmd.evidence.issued_on,
        sha256=cmd.evidence.sha256,
        reason=cmd.reason,
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    admission.check(asked, by=uow.actor, today=uow.now.astimezone(CHINA).date())
    if uow.of(AdmittedCodes).holds(asked.uscc):
        raise CodeAdmittedAlready(field="uscc")
    uow.of(CodeAdmissions).save(admission)
    return admission.view()


def admit_code(cmd: AdmitCode, uow: UnitOfWork) -> CodeAdmissionView:
    """A second person has seen the paper: from now on the code passes here."""
    admissions = uow.of(CodeAdmissions)
    admission = admissions.get(cmd.admission_id, expected_version=cmd.expected_version)
    admission.admit(by=uow.actor, at=uow.now)
    admitted = uow.of(AdmittedCodes)
    # It may have been asked for once more in the moment in which it was admitted.
    if admitted.holds(admission.uscc):
        raise CodeAdmittedAlready()
    admissions.save(admission)
    admitted.add(admission.uscc, admission.id, asked_by=admission.proposed_by)
    return admission.view()


def decline_code_admission(cmd: DeclineCodeAdmission, uow: UnitOfWork) -> CodeAdmissionView:
    """Somebody says no; the code may be asked for again with another paper."""
    admissions = uow.of(CodeAdmissions)
    admission = admissions.get(cmd.admission_id)
    admission.decline(by=uow.actor, at=uow.now, why=cmd.reason)
    admissions.save(admission)
    return admission.view()


def read_code(written: str) -> AskedCode:
    """What GB 32100 says of a code, however it was typed."""
    code = plain_code(written)
    shaped = WELL_FORMED.fullmatch(code) is not None
    return AskedCode(
        uscc=code,
        wrong=wrong_with(code),
        shaped=shaped,
        person=is_resident_id(code),
        adds_up=shaped and adds_up(code),
    )
