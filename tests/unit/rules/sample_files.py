"""The sample items with their worked cases, as they lie in `sample/`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.item import PolicyItemContent
from contracts.rule import (
    Assessment,
    AwardHistory,
    Decision,
    Fact,
    Level,
    ParameterValue,
    State,
)

SAMPLE = Path(__file__).resolve().parents[3] / "sample"
SCENE: dict[str, Any] = json.loads((SAMPLE / "zhanggong_first_day.json").read_text("utf-8"))
ITEMS = {
    path.stem: PolicyItemContent.model_validate_json(path.read_bytes())
    for path in sorted((SAMPLE / "items").glob("*.json"))
}


class Expected(BaseModel):
    """What the source's words come to. `amount_fen` is what is due now: null where nothing certain is.

    `estimate_fen` is the amount whatever the verdict and before what stands against it, `whole_fen` all instalments together, `objections` the
    codes of what earlier awards stand against it.
    """

    model_config = ConfigDict(extra="forbid")

    state: State
    amount_fen: int | None
    estimate_fen: int | None = None
    whole_fen: int | None = None
    shares: dict[Level, int] | None = None
    payees: dict[str, int] | None = None
    objections: list[str] | None = None
    missing: list[str] | None = None


class WorkedCase(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=4)
    date: date
    reference_year: int | None = None
    facts: list[Fact]
    parameters: list[ParameterValue] = []
    awards: AwardHistory | None = None
    decisions: list[Decision] = []
    expect: Expected


def worked_cases() -> dict[str, list[WorkedCase]]:
    return {
        path.stem: [WorkedCase.model_validate(case) for case in json.loads(path.read_text("utf-8"))]
        for path in sorted((SAMPLE / "cases").glob("*.json"))
    }


def estimated_fen(found: Assessment) -> int | None:
    """The amount before an objection took all of it, or left it open whether it takes it."""
    if found.amount.money is None:
        return found.amount.highest.fen if found.objections and found.amount.highest is not None else None
    lost = found.amount.reductions[-1].money.fen if found.objections and found.amount.reductions else 0
    return found.amount.money.fen + lost
