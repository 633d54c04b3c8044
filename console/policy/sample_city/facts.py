"""What the city's departments know of each enterprise: columns of facts, skewed, partly missing, partly expired."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.policy.sample_city.enterprises import (
    COUNTY_CODES,
    DIVISION_CODES,
    FIRST_DAY,
    SECTION_CODES,
    SEED,
    SampleEnterprises,
)
from contracts.rule import Fact, FactKind, FactType

SIZES = ("large", "medium", "small", "micro")
GRADES = ("A", "B", "M", "C", "D")
YEARS = (2023, 2024, 2025, 2026)
AS_OF = date(2026, 10, 31)
NEVER = 99_991_231
Share = NDArray[np.bool_]
Words = tuple[bool | str | tuple[str, ...], ...]
LISTED_FIGURES: dict[FactKind, Words] = {
    FactKind.NUMBERS: ((), ("0.5",), ("1",), ("3",), ("8",), ("14",), ("1", "0.5"), ("2", "14")),
    FactKind.DATES: ((), ("2021-12-31",), ("2022-07-01",), ("2025-03-01",), ("2022-07-01", "2026-01-15")),
}
"""The lists of numbers and of days that occur: of nothing, of one row, of two."""


@dataclass(frozen=True, slots=True)
class FactDraft:
    """One fact about one period: `values` of the enterprises in `rows` (ascending).

    A number's value is a whole multiple of 10^-decimals, a date's yyyymmdd, any other's a place in `words`.
    `untils` are yyyymmdd, NEVER for a fact that does not expire.
    """

    name: str
    period: str | None
    kind: FactKind
    rows: NDArray[np.int32]
    values: NDArray[np.int64]
    untils: NDArray[np.int32]
    unit: str | None = None
    decimals: int = 0
    words: Words = ()

    def written(self, value: int) -> bool | str | tuple[str, ...]:
        """A value as facts have it."""
        if self.kind is FactKind.NUMBER:
            return str(Decimal(value).scaleb(-self.decimals))
        if self.kind is FactKind.DATE:
            return f"{value // 10_000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
        return self.words[value]

    def fact(self, place: int) -> Fact:
        """The fact at this place of the column."""
        until = int(self.untils[place])
        return Fact(
            name=self.name,
            kind=self.kind,
            value=self.written(int(self.values[place])),
            unit=self.unit,
            period=self.period,
            source="示例城市",
            as_of=AS_OF,
            valid_until=None if until == NEVER else date(until // 10_000, until // 100 % 100, until % 100),
        )


class SampleFacts:
    """Draws the columns; each from a stream of its own, so that a new fact leaves the others as they are."""

    def __init__(self, enterprises: SampleEnterprises) -> None:
        self._enterprises = enterprises
        self._count = len(enterprises)

    def columns(self, used: Iterable[FactType] = ()) -> Iterator[FactDraft]:
        """What every enterprise may have, then the rarer facts of `used` that are not among those."""
        known = set()
        for draft in self._everyday():
            known.add(draft.name)
            yield draft
        for declared in sorted({each.name: each for each in used}.values(), key=lambda each: each.name):
            if declared.name not in known:
                yield from self._rare(declared)

    def _everyday(self) -> Iterator[FactDraft]:
        enterprises, everyone = self._enterprises, np.ones(self._count, np.bool_)
        rng = self._stream("everyday")
        yield self._words("registered_county", None, everyone, enterprises.county, COUNTY_CODES)
        yield self._words("industry_section", None, everyone, enterprises.section, SECTION_CODES)
        yield self._words("industry_division", None, everyone, enterprises.division, DIVISION_CODES)
        yield self._words("enterprise_size", None, rng.random(self._count) < 0.93, self._sizes(), SIZES)
        founded = np.datetime64(FIRST_DAY) + enterprises.founded
        yield self._dates("established_on", None, everyone, founded)
        yield self._numbers("employees", None, rng.random(self._count) < 0.82, enterprises.employees, "人", 0)
        grade = rng.choice(len(GRADES), self._count, p=(0.12, 0.46, 0.27, 0.10, 0.05))
        yield self._words("tax_credit_grade", "2025", rng.random(self._count) < 0.88, grade, GRADES)
        for name, share in (("abnormal_operation_listed", 0.06), ("serious_dishonest_listed", 0.008)):
            yield self._flags(name, None, rng.random(self._count) < 0.97, rng.random(self._count) < share)
        yield from self._yearly(rng)
        yield from self._certificates(rng)

    def _yearly(self, rng: np.random.Generator) -> Iterator[FactDraft]:
        enterprises = self._enterprises
        technical = np.isin(enterprises.division, [at for at, code in enumerate(DIVISION_CODES) if code[0] in "CIM"])
        researching = technical & (rng.random(self._count) < 0.22) & (enterprises.employees > 8)
        intensity = rng.lognormal(np.log(0.035), 0.7, self._count)
        for year in YEARS:
            alive = enterprises.founded < (date(year, 7, 1) - FIRST_DAY).days
            revenue = enterprises.revenue * (1 + enterprises.growth) ** (year - 2025)
            told = alive & (rng.random(self._count) < (0.35 if year == 2026 else 0.84))
            period = str(year)
            yield self._numbers("revenue", period, told, revenue, "万元", 2)
            yield self._numbers("tax_paid", period, told, revenue * rng.lognormal(-3.6, 0.8, self._count), "万元", 2)
            yield self._numbers("rd_expense", period, told & researching, revenue * intensity, "万元", 2)
            above = (revenue >= 2000) & (rng.random(self._count) < 0.9)
            yield self._flags("above_scale", period, alive & (rng.random(self._count) < 0.95), above)
            exporting = told & technical & (rng.random(self._count) < 0.12)
            yield self._numbers("export_value", period, exporting, revenue * rng.random(self._count), "万元", 2)
            growth = 100 * (enterprises.growth + rng.normal(0, 0.03, self._count))
            yield self._numbers("revenue_growth", period, told, growth, "%", 1)

    def _certificates(self, rng: np.random.Generator) -> Iterator[FactDraft]:
        """Held for three years or five; some ran out and nobody renewed them."""
        technical = np.isin(self._enterprises.section, [SECTION_CODES.index(code) for code in "CIM"])
        large = self._enterprises.employees > 20
        for name, share in (
            ("hi_tech_certified", 0.10),
            ("tech_sme_listed", 0.16),
            ("software_enterprise_assessed", 0.02),
        ):
            holders = technical & large & (rng.random(self._count) < share)
            told = holders | (technical & (rng.random(self._count) < 0.6))
            year = rng.integers(2024, 2030, self._count)
            untils = np.where(holders, year * 10_000 + 1231, NEVER)
            yield self._flags(name, None, told, holders, untils)
        granted = technical & large & (rng.random(self._count) < 0.25)
        yield self._numbers("patents", None, granted, rng.geometric(0.12, self._count), "件", 0)

    def _rare(self, declared: FactType) -> Iterator[FactDraft]:
        """A fact of few enterprises, as an item asks for it; how many and how much hangs on its name."""
        rng = self._stream(declared.name)
        holders = rng.random(self._count) < 0.004 * 12 ** rng.random()
        for period in (None, "2023", "2024", "2025", "2026"):
            told = holders & (rng.random(self._count) < 0.8)
            if declared.kind is FactKind.NUMBER:
                unit = declared.unit or "元"
                scale = {"元": 3e6, "万元": 900, "亿元": 1.2, "%": 30, "年": 6, "月": 14, "亩": 120}.get(unit, 20)
                figures = scale * rng.lognormal(0, 1.3, self._count)
                yield self._numbers(declared.name, period, told, figures, unit, 2 if scale < 1000 else 0)
            elif declared.kind is FactKind.FLAG:
                yield self._flags(declared.name, period, told, rng.random(self._count) < 0.6)
            elif declared.kind is FactKind.DATE:
                days = np.datetime64("2020-01-01") + rng.integers(0, 2400, self._count)
                yield self._dates(declared.name, period, told, days)
            elif declared.kind in LISTED_FIGURES:
                words = LISTED_FIGURES[declared.kind]
                chosen = rng.integers(0, len(words), self._count)
                yield self._draft(declared.name, period, declared.kind, told, chosen, declared.unit, words=words)
            else:
                yield self._coded(declared, period, told, rng)

    def _coded(self, declared: FactType, period: str | None, told: Share, rng: np.random.Generator) -> FactDraft:
        words: tuple[str | tuple[str, ...], ...] = tuple(each.code for each in declared.codes) or ("other",)
        if declared.kind is FactKind.CODES:
            words = ((), *((word,) for word in words if isinstance(word, str)))
        chosen = rng.integers(0, len(words), self._count)
        return self._words(declared.name, period, told, chosen, words, kind=declared.kind)

    def _stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng((SEED, self._count, zlib.crc32(name.encode())))

    def _sizes(self) -> NDArray[np.int64]:
        by_staff = np.digitize(self._enterprises.employees, (10, 100, 300))
        by_revenue = np.digitize(self._enterprises.revenue, (100, 2000, 40_000))
        return 3 - np.minimum(by_staff, by_revenue)

    def _numbers(
        self, name: str, period: str | None, told: Share, values: NDArray[Any], unit: str, decimals: int
    ) -> FactDraft:
        scaled = np.rint(np.asarray(values, np.float64) * 10**decimals).astype(np.int64)
        return self._draft(name, period, FactKind.NUMBER, told, scaled, unit=unit, decimals=decimals)

    def _flags(
        self, name: str, period: str | None, told: Share, flags: Share, untils: NDArray[Any] | None = None
    ) -> FactDraft:
        return self._draft(
            name, period, FactKind.FLAG, told, flags.astype(np.int64), words=(False, True), untils=untils
        )

    def _dates(self, name: str, period: str | None, told: Share, days: NDArray[np.datetime64]) -> FactDraft:
        months = days.astype("datetime64[M]")
        number = months.astype(np.int64) // 12 * 10_000 + 19_700_000
        number += (
            (months.astype(np.int64) % 12 + 1) * 100 + (days - months.astype("datetime64[D]")).astype(np.int64) + 1
        )
        return self._draft(name, period, FactKind.DATE, told, number)

    def _words(
        self,
        name: str,
        period: str | None,
        told: Share,
        places: NDArray[Any],
        words: Words,
        kind: FactKind = FactKind.CODE,
    ) -> FactDraft:
        return self._draft(name, period, kind, told, places.astype(np.int64), words=words)

    def _draft(
        self, name: str, period: str | None, kind: FactKind, told: Share, values: NDArray[np.int64],
        unit: str | None = None, decimals: int = 0, words: Words = (), untils: NDArray[Any] | None = None,
    ) -> FactDraft:  # fmt: skip
        rows = np.flatnonzero(told)
        ends = np.full(len(rows), NEVER) if untils is None else untils[rows]
        return FactDraft(
            name, period, kind, rows.astype(np.int32), values[rows], ends.astype(np.int32), unit, decimals, words
        )
