"""What was filed, as review takes it, and the case that it becomes. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from contracts.case_payees import NamedPayee
from contracts.enterprises import FactRecorders, Payee
from contracts.given_materials import FiledMaterial
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.rule import Fact, ParameterValue


def case_id_of(application_id: str) -> str:
    """The case that an application becomes."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"case\x1f{application_id}"))


def follow_up_id(first_case_id: str, number: int) -> str:
    """The case of a later instalment: the same, however often its day comes."""
    return str(uuid.uuid5(uuid.UUID(first_case_id), str(number)))


@dataclass(frozen=True, slots=True)
class Filing:
    """What was filed, by an enterprise or on a department's list. `filed_on` is the local date of `filed_at`; `figures` are
    the outside figures as they stood then: the claim is judged on these, whatever is said of them later. `commitments` are
    the codes of the materials in whose stead the applicant has signed a pledge, `materials` those of its file that it gave; `listed_by`: whose list it is a line of;
    `recorders`: whose word facts are. `payee` is the applicant's confirmed account, if there was one; `named_payees` are the
    other receivers, as far as they were named."""

    tenant: TenantId
    claim: Claim
    facts: tuple[Fact, ...]
    payee: Payee | None
    asked_fen: int | None
    filed_at: datetime
    filed_on: date
    figures: tuple[ParameterValue, ...] = ()
    commitments: tuple[str, ...] = ()
    credit_commitment: bool = False
    materials: tuple[FiledMaterial, ...] = ()
    named_payees: tuple[NamedPayee, ...] = ()
    listed_by: str | None = None
    recorders: tuple[FactRecorders, ...] = ()
    traceparent: str | None = None

    @property
    def case_id(self) -> str:
        """The same filing is the same case, however often it arrives."""
        return case_id_of(self.claim.application_id)
