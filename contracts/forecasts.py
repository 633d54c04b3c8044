"""What may have to be paid of cases that are not decided yet, and of later instalments. Nothing is reserved for it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from contracts.message import Fen, Id, Model, Query, ServiceName


class ForecastLine(Model):
    """What one department's item may ask for in one budget year. `available_fen` is what the lines that may pay for it have
    left together now; other items may draw on them too.
    """

    year: int
    department: str
    department_id: Id | None = None
    item_id: Id
    item_title: str
    cases: int
    amount_fen: Fen
    available_fen: Fen


class Forecast(Model):
    """By year, then department; at most 500 lines. `total_fen` is of all of them."""

    items: tuple[ForecastLine, ...]
    total_fen: Fen


class GetForecast(Query[Forecast]):
    """What the tenant may have to pay, from one budget year or of all."""

    owner: ClassVar[ServiceName] = "treasury"

    year: int | None = Field(default=None, ge=2020, le=2100)
