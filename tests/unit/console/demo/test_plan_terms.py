"""The scene's people say what plans' words mean before anything is claimed."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from console.demo.plan_terms import meaning_of
from contracts.departments import PlanTermMeaning, PlanTermUse
from contracts.fact_sources import SourceKind
from gateway.identity.departments.domain import MappedTerm

MEANING: TypeAdapter[PlanTermMeaning] = TypeAdapter(PlanTermMeaning)


@pytest.mark.parametrize(
    ("use", "term", "meaning"),
    [
        ("approver", "政策主管部门审批岗", {"to": "duty", "kind": "leader"}),
        ("check", "税务部门", {"to": "source", "source": "tax"}),
        ("check", "统计库名单", {"to": "source", "source": "statistics"}),
        ("check", "应急管理部门", {"to": "department", "department_id": "id-of-应急管理部门"}),
        ("department", "自贸局", {"to": "department", "department_id": "id-of-自贸局"}),
    ],
)
def test_every_word_gets_a_meaning_that_fits_its_use(use: PlanTermUse, term: str, meaning: dict[str, str]) -> None:
    said = meaning_of(use, term, lambda name: f"id-of-{name}")
    assert said == meaning
    if "department_id" in said:
        said["department_id"] = "dep-1"
    MappedTerm(id="t", tenant="zhanggong", use=use, term=term).map(MEANING.validate_python(said))
    assert said.get("source", "tax") in set(SourceKind)
