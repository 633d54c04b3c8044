"""Naming who receives what of a case, where that is not, or not only, the applicant."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from contracts.case_payees import NamedPayee
from contracts.message import Command, Id, ServiceName
from contracts.review import CaseView


class NamePayees(Command[CaseView]):
    """Say which holders receive the parts of a case that do not go to the applicant (指定收款人).

    What is said replaces everything that was said before. One holder gets all of a part; several each have their
    `amount_fen`, and together they get the part's amount, to the fen. An approval that was given before the receivers
    changed has to be given again.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    payees: tuple[NamedPayee, ...] = Field(min_length=1, max_length=500)
    expected_version: int
