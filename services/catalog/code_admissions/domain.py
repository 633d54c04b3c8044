"""A code that fails its own check: asked for by one person, admitted by another. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.code_admissions import CodeAdmissionState, CodeAdmissionView, CodeEvidence
from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.two_persons import Proposal


class CodeAdmissionUnknown(NotFound):
    """No code was asked for under this id in this tenant."""

    code = "code_admission_unknown"
    sentence = "没有找到该代码核准申请。"


class CodeAdmissionRefused(Invalid):
    """The code cannot be admitted, or need not be; `reasons` says everything against it."""

    code = "code_admission_refused"
    sentence = "该代码不能申请核准，请按提示核对。"


class CodeAdmissionAskedAlready(Conflict):
    """Somebody has asked for this code, and it is not decided."""

    code = "code_admission_asked_already"
    sentence = "该代码已有待复核的核准申请。"


class CodeAdmittedAlready(Conflict):
    """Two persons have admitted this code before."""

    code = "code_admitted_already"
    sentence = "该代码已经核准，可以直接登记企业。"


class CodeAdmissionDecidedAlready(Conflict):
    """It is admitted or declined."""

    code = "code_admission_decided_already"
    sentence = "该代码核准申请已经办结。"


class CodeAdmissionSecondPersonRequired(Forbidden):
    """Whoever asked for the code may not admit it."""

    code = "code_admission_second_person_required"
    sentence = "代码须由申请人以外的人员对照证照复核核准。"


class CodeAdmissionByStaffOnly(Forbidden):
    """Which codes are real is for those to say who have seen the paper and register enterprises."""

    code = "code_admission_by_staff_only"
    sentence = "代码核准由窗口或审批局办理。"


@dataclass(frozen=True, slots=True)
class AskedCode:
    """A code in its standard form, as GB 32100 has it. `wrong` is what does not fit, in Chinese; None for what does.

    `shaped`: it has the 18 characters of a code. `person`: it reads as a resident id; `adds_up`: its check character is
    right all the same.
    """

    uscc: str
    wrong: str | None
    shaped: bool
    person: bool
    adds_up: bool


@dataclass(kw_only=True, slots=True)
class CodeAdmission(Proposal):
    """One code that was asked for, and its decision. What was admitted stays so: enterprises are registered by it."""

    OPEN = "asked"
    AGREED = "admitted"
    DECIDED_ALREADY = CodeAdmissionDecidedAlready
    SECOND_PERSON_REQUIRED = CodeAdmissionSecondPersonRequired
    BY_STAFF_ONLY = CodeAdmissionByStaffOnly

    uscc: str
    name: str
    wrong: str
    document: str
    document_number: str
    issuer: str
    issued_on: date
    sha256: str | None
    reason: str
    state: CodeAdmissionState = "asked"

    def check(self, asked: AskedCode, *, by: Actor, today: date) -> None:
        """Raises CodeAdmissionByStaffOnly, or CodeAdmissionRefused with all reasons."""
        self.refuse_enterprises(by)
        reasons = list(filter(None, (_against(asked), _issued_later(self.issued_on, today))))
        if reasons:
            raise CodeAdmissionRefused(*reasons)

    def admit(self, *, by: Actor, at: datetime) -> None:
        """A second person agrees. Raises CodeAdmissionByStaffOnly, CodeAdmissionDecidedAlready,
        CodeAdmissionSecondPersonRequired.
        """
        self.refuse_enterprises(by)
        self.agree(by=by, at=at)

    @property
    def asked_by(self) -> str:
        return self.proposed_by

    @property
    def asked_at(self) -> datetime:
        return self.proposed_at

    def view(self) -> CodeAdmissionView:
        return CodeAdmissionView(
            admission_id=self.id,
            uscc=self.uscc,
            name=self.name,
            wrong=self.wrong,
            evidence=CodeEvidence(
                document=self.document,
                number=self.document_number,
                issuer=self.issuer,
                issued_on=self.issued_on,
                sha256=self.sha256,
            ),
            reason=self.reason,
            state=self.state,
            asked_by=self.asked_by,
            asked_at=self.asked_at,
            decided_by=self.decided_by,
            decided_at=self.decided_at,
            answer=self.answer,
            version=self.version,
        )


def _against(asked: AskedCode) -> Reason | None:
    if asked.wrong is None:
        return Reason(code="code_passes", message="该代码符合校验规则，不需要核准，请直接登记企业。", field="uscc")
    # A resident id may by chance be a body's code as well: then both check characters are right, and the paper says.
    if not asked.shaped or (asked.person and not asked.adds_up):
        return Reason(code="uscc_invalid", message=f"统一社会信用代码有误：{asked.wrong}。", field="uscc")
    return None


def _issued_later(issued_on: date, today: date) -> Reason | None:
    if issued_on <= today:
        return None
    text = f"证照的发证日期 {issued_on} 晚于今天。"
    return Reason(code="evidence_from_future", message=text, field="evidence.issued_on")
