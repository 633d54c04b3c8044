"""An expert of the register. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.aggregate import Aggregate
from contracts.experts import ExpertEntry, ExpertView
from contracts.refusal import Conflict, Invalid, NotFound, Reason


class ExpertUnknown(NotFound):
    code = "expert_unknown"
    sentence = "专家库中没有这位专家。"


class ExpertRetired(Conflict):
    code = "expert_retired"
    sentence = "这位专家已经退出专家库，不能再变更。"


class ExpertRefused(Invalid):
    """The entry cannot be as it is written; `reasons` names each."""

    code = "expert_refused"
    sentence = "专家信息有误，请按提示修改。"


class PersonIsExpertAlready(Conflict):
    """One person has one entry: who stood twice in the register would be drawn twice as often."""

    code = "person_is_expert_already"
    sentence = "该人员已在专家库中登记，请变更原有的登记。"


@dataclass(kw_only=True, slots=True)
class Expert(Aggregate):
    """Somebody of the register, with the firms that they have an interest in."""

    name: str
    employer: str
    fields: tuple[str, ...]
    person_id: str | None = None
    conflicts: tuple[str, ...] = ()
    retired_at: datetime | None = None
    retired_why: str = ""

    def say(self, entry: ExpertEntry) -> None:
        """The entry whole. Raises ExpertRetired, or ExpertRefused with every reason."""
        if self.retired_at is not None:
            raise ExpertRetired()
        if reasons := [*_twice("fields", entry.fields, "领域"), *_twice("conflicts", entry.conflicts, "回避企业")]:
            raise ExpertRefused(*reasons)
        self.name, self.employer, self.person_id = entry.name.strip(), entry.employer.strip(), entry.person_id
        self.fields, self.conflicts = entry.fields, tuple(code.strip().upper() for code in entry.conflicts)

    def retire(self, why: str, at: datetime) -> None:
        """Raises ExpertRetired."""
        if self.retired_at is not None:
            raise ExpertRetired()
        self.retired_at, self.retired_why = at, why

    def entry(self) -> dict[str, Any]:
        """What a draw rests on, as it is hashed."""
        return {
            "id": self.id,
            "name": self.name,
            "employer": self.employer,
            "person_id": self.person_id,
            "fields": sorted(self.fields),
            "conflicts": sorted(self.conflicts),
        }

    def view(self) -> ExpertView:
        same = {name: getattr(self, name) for name in ExpertView.model_fields if name != "expert_id"}
        return ExpertView(expert_id=self.id, **same)


def _twice(field: str, said: tuple[str, ...], called: str) -> list[Reason]:
    texts = [each.strip().upper() for each in said]
    return [
        Reason(code="expert_entry_twice", message=f"{called}“{text}”填写了两次", field=f"{field}.{place}")
        for place, text in enumerate(texts)
        if text in texts[:place]
    ]
