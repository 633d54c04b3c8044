"""Which enterprise is meant: found by its credit code by those who enter who acts for it, and nothing more of it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.identity import InTenant
from contracts.message import Id, Model, Query, ServiceName

TypedCreditCode = Annotated[str, Field(min_length=1, max_length=32)]
"""A unified social credit code as a person types it: blanks, hyphens and small letters are forgiven."""


class EnterpriseFound(Model):
    """The enterprise whose dossier counts: where the code's own was merged, the one that it was merged into."""

    enterprise_id: Id
    uscc: str
    name: str


class FindEnterprise(Query[EnterpriseFound], InTenant):
    """The enterprise of this place with exactly this credit code: who it is, without anything of its dossier.

    A security administrator enters mandates and has no business of enterprises: this is all that they are told. Officers
    and partner systems record facts by the id and know the code. That somebody has looked stands in the security log,
    and nobody looks more often than a counter needs to (`gateway.rate_limits`).
    """

    owner: ClassVar[ServiceName] = "catalog"

    uscc: TypedCreditCode
