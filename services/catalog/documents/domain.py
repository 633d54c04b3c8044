"""Policy documents: registered, amended, repealed. Pure: time, ids and actor are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.documents import DocumentState, DocumentView, IssuedDocument
from contracts.message import Actor, TenantId
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound


class DocumentUnknown(NotFound):
    """No document has this id, or none that this tenant's items may rest on."""

    code = "document_unknown"
    sentence = "没有找到该政策文件。"


class DocumentOfOtherDepartment(Forbidden):
    """Whoever registered a document keeps it."""

    code = "document_of_other_department"
    sentence = "该文件由“{department}”登记，只能由其维护。"


class DocumentRegisteredAlready(Conflict):
    """The tenant has a document with this number."""

    code = "document_registered_already"
    sentence = "该文号的文件已经登记。"


class DocumentRepealedAlready(Conflict):
    """A repealed document stays as it is."""

    code = "document_repealed_already"
    sentence = "该文件已于 {repealed_on} 废止，不能再更改。"


class ValidityReversed(Invalid):
    """It would end before it begins."""

    code = "validity_reversed"
    sentence = "有效期起始日晚于截止日。"


@dataclass(kw_only=True, slots=True)
class Document(Aggregate):
    """One issued text, and the department that answers for what is entered of it."""

    department: str
    text: IssuedDocument
    state: DocumentState = "in_force"
    repealed_on: date | None = None
    repeal_basis: str = ""
    registered_at: datetime

    @classmethod
    def register(cls, text: IssuedDocument, *, id: str, tenant: TenantId, by: Actor, at: datetime) -> Document:
        """Raises DocumentOfOtherDepartment for somebody who acts for no department, ValidityReversed."""
        if not by.department or "department" not in by.roles:
            raise DocumentOfOtherDepartment(department="政策主管部门")
        _check(text)
        return cls(id=id, tenant=tenant, department=by.department, text=text, registered_at=at)

    def amend(self, text: IssuedDocument, *, by: Actor) -> None:
        """Raises DocumentOfOtherDepartment, DocumentRepealedAlready, ValidityReversed."""
        self._must_be_open(by)
        _check(text)
        self.text = text

    def repeal(self, on: date, basis: str, *, by: Actor) -> None:
        """Raises DocumentOfOtherDepartment, DocumentRepealedAlready."""
        self._must_be_open(by)
        self.state, self.repealed_on, self.repeal_basis = "repealed", on, basis

    def view(self, items: int = 0) -> DocumentView:
        return DocumentView(
            document_id=self.id,
            tenant=self.tenant,
            version=self.version,
            department=self.department,
            document=self.text,
            state=self.state,
            repealed_on=self.repealed_on,
            repeal_basis=self.repeal_basis,
            items=items,
        )

    def _must_be_open(self, by: Actor) -> None:
        if by.department != self.department:
            raise DocumentOfOtherDepartment(department=self.department)
        if self.state == "repealed":
            raise DocumentRepealedAlready(repealed_on=self.repealed_on)


def _check(text: IssuedDocument) -> None:
    if text.valid_from is not None and text.valid_to is not None and text.valid_from > text.valid_to:
        raise ValidityReversed(field="document.valid_to")
