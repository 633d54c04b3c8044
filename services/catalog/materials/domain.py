"""Materials and licences of an enterprise, each with its validity. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.aggregate import Aggregate
from contracts.material_events import MaterialGone, MaterialKept
from contracts.materials import MaterialKind, MaterialRef, MaterialStanding, MaterialView
from contracts.message import Actor
from contracts.refusal import Conflict, Invalid, NotFound, Reason
from services.catalog.enterprises.domain import refuse_stranger

SOON = timedelta(days=30)
"""A material is *expiring* through its last so many days."""


class MaterialUnknown(NotFound):
    """No material of this tenant has this id."""

    code = "material_unknown"
    sentence = "没有找到该材料。"


class MaterialRefused(Invalid):
    """The material cannot be kept like that; `reasons` says everything that must change."""

    code = "material_refused"
    sentence = "材料信息有误，请按提示修改。"


class MaterialCountsNoMore(Conflict):
    """It was replaced or withdrawn already."""

    code = "material_counts_no_more"
    sentence = "该材料已被更新或撤回。"


@dataclass(kw_only=True, slots=True)
class KeptMaterial(Aggregate):
    """One paper, referred to by the hash of the upload. The last day of its validity counts."""

    enterprise_id: str
    kind: MaterialKind
    name: str
    number: str | None
    issuer: str
    sha256: str
    valid_from: date
    valid_until: date | None
    kept_by: str
    kept_at: datetime
    replaced_by: str | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None
    moved_from: str | None = None
    size: int | None = None

    def check(self, *, by: Actor, today: date, replaces: KeptMaterial | None) -> None:
        """Raises EnterpriseNotYours, or MaterialRefused with all reasons."""
        refuse_stranger(by, self.enterprise_id)
        reasons = []
        if self.valid_until is not None and self.valid_until < self.valid_from:
            text = f"有效期止 {self.valid_until} 早于有效期起 {self.valid_from}"
            reasons.append(Reason(code="validity_reversed", message=text, field="valid_until"))
        elif self.valid_until is not None and self.valid_until < today:
            text = f"有效期已于 {self.valid_until} 届满"
            reasons.append(Reason(code="material_expired", message=text, field="valid_until"))
        if replaces is not None and replaces.enterprise_id != self.enterprise_id:
            reasons.append(Reason(code="material_unknown", message="没有找到被更新的材料", field="replaces"))
        elif replaces is not None and replaces.kind != self.kind:
            reasons.append(Reason(code="kind_differs", message="被更新的材料不是同一类材料", field="replaces"))
        if reasons:
            raise MaterialRefused(*reasons)

    def be_kept(self) -> None:
        """It is in the file from now on."""
        told = {name: getattr(self, name) for name in MaterialKept.model_fields if name != "material_id"}
        self.record(MaterialKept(material_id=self.id, **told))

    def be_replaced(self, by_material: str) -> None:
        """Raises MaterialCountsNoMore."""
        self._refuse_gone()
        self.replaced_by = by_material
        self.record(MaterialGone(material_id=self.id, enterprise_id=self.enterprise_id, why="replaced"))

    def withdraw(self, *, by: Actor, at: datetime, why: str) -> None:
        """Raises EnterpriseNotYours or MaterialCountsNoMore."""
        refuse_stranger(by, self.enterprise_id)
        self._refuse_gone()
        self.withdrawn_by, self.withdrawn_at, self.withdrawn_why = by.id, at, why
        self.record(MaterialGone(material_id=self.id, enterprise_id=self.enterprise_id, why="withdrawn"))

    def move_to(self, enterprise_id: str) -> None:
        """Its dossier is merged into another one."""
        self.moved_from, self.enterprise_id = self.enterprise_id, enterprise_id

    def standing(self, today: date) -> MaterialStanding:
        if self.withdrawn_by is not None:
            return "withdrawn"
        if self.replaced_by is not None:
            return "replaced"
        if today < self.valid_from:
            return "not_begun"
        if self.valid_until is None or today + SOON < self.valid_until:
            return "valid"
        return "expiring" if today <= self.valid_until else "expired"

    def view(self, today: date) -> MaterialView:
        return MaterialView(
            ref=MaterialRef(material_id=self.id, sha256=self.sha256),
            enterprise_id=self.enterprise_id,
            kind=self.kind,
            name=self.name,
            number=self.number,
            issuer=self.issuer,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            standing=self.standing(today),
            kept_by=self.kept_by,
            kept_at=self.kept_at,
            replaced_by=self.replaced_by,
            withdrawn_why=self.withdrawn_why,
            moved_from=self.moved_from,
            size=self.size,
            version=self.version,
        )

    def _refuse_gone(self) -> None:
        if self.replaced_by is not None or self.withdrawn_by is not None:
            raise MaterialCountsNoMore()
