"""What intake knows of the catalogue: items as they were published, and enterprises with what their dossiers say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.enterprises import FactRecorders, Payee
from contracts.given_materials import FiledMaterial, GivenMaterial
from contracts.item import PolicyItemContent
from contracts.message import Id, TenantId
from contracts.policies import ItemState
from contracts.rule import Fact, ParameterValue


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """The newest version of an item as the catalogue published it, and where the item stands; `figures` are the
    outside figures that it may rest on."""

    item_id: str
    tenant: TenantId
    version: int
    content: PolicyItemContent
    state: ItemState = "published"
    state_reason: str = ""
    figures: tuple[ParameterValue, ...] = ()
    department_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """What intake knows of an enterprise; `payee` is its confirmed account, if it has one, and `recorders` the persons
    whose word facts are, where they are a person's.

    `merged_into` is the dossier to use instead; `has_absorbed` says that others were merged into this one.
    """

    enterprise_id: str
    tenant: TenantId
    uscc: str
    name: str
    facts: tuple[Fact, ...]
    payee: Payee | None
    merged_into: str | None = None
    has_absorbed: bool = False
    recorders: tuple[FactRecorders, ...] = ()


@dataclass(frozen=True, slots=True)
class MaterialCopy:
    """A material of a file. `gone`: why it counts no more, if so; the last day of its validity counts."""

    material_id: Id
    tenant: TenantId
    name: str
    sha256: str
    size: int | None
    valid_from: date
    valid_until: date | None
    gone: str | None = None

    def filed(self, given: GivenMaterial) -> FiledMaterial:
        """As it goes with a claim."""
        return FiledMaterial(
            code=given.code,
            material_id=self.material_id,
            name=self.name,
            sha256=self.sha256,
            size=self.size,
            kept_in=self.tenant,
        )


def facts_used(item: PublishedItem | None) -> Sequence[str]:
    """The names of the facts that the item's rules read."""
    return list(item.content.rules.fact_types_by_name) if item is not None else []


def shown_title(content: PolicyItemContent) -> str:
    """The title as people see it on receipts, pages and messages: a sample says that it is one."""
    return f"{content.title}（示例）" if content.sample else content.title
