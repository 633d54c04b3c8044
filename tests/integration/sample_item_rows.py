"""What each of the 93 sample items ends in: written by hand from the sources and their worked examples, never from what the program says.

`example` is the worked case of `sample/cases/ID.json` that is claimed, from 1; for the nine items of the first day the number of
that day's claim. Yuan throughout. The worked examples of `../shared/data/README.md` are GD-001, SC-021, JX-008, FJ-010, FJ-012, FJ-014, CN-001
and GZ-001.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.rule import Fact

DAY_ONE = frozenset({"AH-002", "GZ-006", "GZ-009", "GZ-011", "JX-005", "NM-002", "SD-002", "TJ-001", "ZJ-005"})


@dataclass(frozen=True, kw_only=True)
class Later:
    """A later instalment: on this day, with these facts told before it, it is paid so much, or not for this reason."""

    on: date
    facts: tuple[Fact, ...] = ()
    yuan: int | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One claim and its end.

    `bears` says who bears how much, `pays` who pays it out where that is another. `receivers` are those other than the applicant, each with its
    amount and its label. `refused` are the reasons of a refusal at the filing; `rejected` what stood against the approval, and `says` what the enterprise
    reads of it. `earlier` is what the register knew of before; `also` what the form asks for beside the example.
    `unpublished` is why the item cannot be published as it is; it is carried on with a basis that the test supposes. `on`: another
    day of filing than the example's, where the example's is outside the item's window.
    """

    item: str
    example: int
    yuan: int | None = None
    bears: Mapping[str, int] = field(default_factory=dict)
    pays: Mapping[str, int] | None = None
    receivers: tuple[tuple[str, int, str | None], ...] = ()
    persons: int = 1
    forecast: tuple[tuple[int, int], ...] = ()
    later: tuple[Later, ...] = ()
    refused: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    says: str = ""
    earlier: int = 0
    also: tuple[Fact, ...] = ()
    bars: bool = False
    fails: bool = False
    unpublished: tuple[str, ...] = ()
    on: date | None = None

    @property
    def name(self) -> str:
        return f"{self.item}/{self.example}"


def granted(item: str, example: int, yuan: int, payer: str | None = None, **said: Any) -> Row:
    bears = said.pop("bears", {payer: yuan})
    return Row(item=item, example=example, yuan=yuan, bears=bears, **said)


def not_filed(item: str, example: int, *reasons: str, on: date | None = None) -> Row:
    """The source says no amount, or what is claimed is not met: whoever files is told so at once."""
    return Row(item=item, example=example, refused=reasons, on=on)


def rejected(item: str, example: int, reason: str, says: str, **said: Any) -> Row:
    """Nobody can approve it, for this reason; so it is refused by a person."""
    return Row(item=item, example=example, rejected=(reason,), says=says, **said)


def flag(name: str, value: bool, on: date, period: str | None = None) -> Fact:
    return Fact(name=name, kind="flag", value=value, period=period, source="主管部门核定（示例）", as_of=on)


def told(name: str, kind: str, value: str, unit: str | None = None) -> Fact:
    """What a form asks for beside the worked example."""
    return Fact.model_validate(
        {"name": name, "kind": kind, "value": value, "unit": unit, "source": "企业申报", "as_of": date(2016, 1, 1)}
    )


def stages(on: date, *reached: str) -> tuple[Fact, ...]:
    return (Fact(name="project_stage", kind="codes", value=reached, source="主管部门核定（示例）", as_of=on),)


def taxed(year: int, yuan: str) -> tuple[Fact, ...]:
    """What a year's tax came to, and that no statute exempted it."""
    day, period = date(year, 1, 10), str(year)
    paid = Fact(name="tax_paid", kind="number", value=yuan, unit="元", period=period, source="税务局", as_of=day)
    return paid, flag("statutory_tax_exemption", False, day, period)


DOUBTFUL = ("fair_competition_doubtful", "local_tax_basis_missing")

ROWS: tuple[Row, ...] = (
    # 435 万元 × 12 % = 52.2 万元, half and half, advanced by the county.
    granted("AH-002", 20, 522_000, bears={"city": 261_000, "county": 261_000}, pays={"county": 522_000}),
    granted(
        "AH-003",
        1,
        1_500_000,
        bears={"city": 750_000, "county": 750_000},
        forecast=((2, 1_500_000),),
        later=(
            Later(
                on=date(2027, 3, 1),
                facts=(flag("in_full_production_above_scale", True, date(2027, 2, 1)),),
                yuan=1_500_000,
            ),
        ),
    ),
    granted("AH-005", 3, 77_000, "county"),
    granted("AH-005", 4, 50_000, "county", earlier=150_000),
    granted("AH-007", 2, 1_500_000, "city"),
    granted("AH-010", 1, 500_000, "province"),
    granted("BJ-001", 3, 3_000_000, "county"),
    granted("BJ-002", 3, 2_800_000, "county"),
    granted("CN-001", 4, 60_000, "national", receivers=(("经办银行", 60_000, None),)),
    not_filed("CN-002", 1, "facts_missing"),
    granted("CQ-002", 1, 200_000, "county"),
    granted("FJ-001", 1, 500_000, "city"),
    granted("FJ-004", 3, 1_000_000, "city"),
    granted("FJ-005", 1, 40_000, "city"),
    granted("FJ-007", 3, 650_000, "county"),
    granted("FJ-008", 1, 100_000, "city", also=(told("project_construction_investment", "number", "300000", "元"),)),
    granted("FJ-010", 1, 10_000_000, "city"),
    granted("FJ-010", 2, 7_000_000, "city", earlier=3_000_000),
    granted("FJ-011", 2, 6_200, "province"),
    granted("FJ-012", 2, 70_000, bears={"city": 14_000, "county": 56_000}),
    granted("FJ-014", 1, 4_160_000, "county", unpublished=DOUBTFUL),
    granted("FJ-016", 1, 200_000, "city"),
    granted("FJ-017", 1, 22_000, "city"),
    granted("GD-001", 2, 600_000, "county"),
    rejected("GD-001", 1, "step_failed", "存在未缴清的税款", bars=True),
    granted("GD-002", 1, 50_000, "county"),
    granted("GD-005", 3, 550_000, "city"),
    rejected("GD-005", 4, "inspection_required", "现场勘查", fails=True),
    granted("GD-006", 1, 100_000, "city"),
    not_filed("GD-007", 1, "facts_missing"),
    granted("GD-009", 1, 1_500_000, "province"),
    granted("GD-010", 2, 45_220, "city"),
    granted("GZ-001", 1, 2_100, "city"),
    granted("GZ-003", 1, 175_000, "city"),
    rejected("GZ-003", 6, "nothing_to_pay", "最多 2 次", earlier=150_000),
    granted("GZ-005", 1, 400_000, "city"),
    granted("GZ-006", 11, 300_000, "county"),
    granted("GZ-009", 1, 50_000, bears={"city": 50_000}, pays={"county": 50_000}),
    granted("GZ-010", 5, 1_200, "county", earlier=1_500, also=(told("group_claim_kind", "code", "tour_group"),)),
    granted("GZ-011", 22, 231_000, "county"),
    not_filed("GZ-013", 1, "facts_missing"),
    granted("HB-001", 1, 100_000, "city"),
    granted("HB-002", 3, 4_000, "city", receivers=(("毕业生本人", 1_000, "not_withheld"),) * 2, persons=2),
    granted("HI-001", 1, 1_500_000, "province", on=date(2025, 6, 3)),
    granted("HI-002", 1, 100_000, "county", receivers=(("企业管理团队", 100_000, "withheld"),)),
    granted("HI-004", 2, 100_000, "city"),
    granted("HL-001", 2, 350_000, "county"),
    granted("HN-001", 1, 1_050, "city"),
    granted("HN-002", 2, 150_000, "city"),
    granted(
        "JL-002",
        1,
        240_000,
        "county",
        unpublished=DOUBTFUL,
        forecast=((2, 240_000), (3, 320_000)),
        later=(
            Later(on=date(2026, 4, 1), facts=stages(date(2026, 3, 20), "enclosed", "accepted"), yuan=240_000),
            Later(
                on=date(2027, 4, 1),
                facts=stages(date(2027, 3, 20), "enclosed", "accepted", "operating_six_months"),
                yuan=320_000,
            ),
        ),
    ),
    granted("JL-003", 1, 1_600_000, "county", unpublished=DOUBTFUL),
    granted("JL-004", 1, 16_000_000, "county", unpublished=DOUBTFUL),
    granted("JL-005", 1, 2_000_000, "county", unpublished=DOUBTFUL),
    granted(
        "JL-007",
        1,
        50_000,
        "county",
        forecast=((2, 30_000), (3, 20_000)),
        later=(Later(on=date(2025, 3, 3), yuan=30_000), Later(on=date(2026, 4, 1), yuan=20_000)),
    ),
    granted("JL-008", 2, 3_000_000, "county"),
    granted("JL-011", 1, 150_000, "county", receivers=(("引进活动的企业或社团", 150_000, None),)),
    granted("JL-012", 2, 1_060_000, "county", receivers=(("民宿投资方", 1_060_000, None),)),
    granted("JL-014", 1, 100_000, "county", unpublished=DOUBTFUL),
    granted(
        "JS-001",
        1,
        180_000,
        "city",
        forecast=((2, 135_000), (3, 135_000)),
        later=(Later(on=date(2027, 1, 4), yuan=135_000), Later(on=date(2028, 1, 4), yuan=135_000)),
    ),
    granted("JS-003", 3, 300_000, "county"),
    granted("JS-004", 1, 200_000, "city"),
    granted("JX-001", 2, 300_000, "county"),
    granted("JX-002", 1, 22_800, "county"),
    granted("JX-003", 3, 1_550_000, "county"),
    granted("JX-005", 6, 300_000, "county"),
    granted("JX-006", 2, 1_000_000, "city", receivers=(("活动承办单位", 1_000_000, None),)),
    granted("JX-007", 2, 3_200_000, "city"),
    # 10 万, nothing in a year without tax, 5 万: 15 万元 in all.
    granted(
        "JX-008",
        1,
        100_000,
        "county",
        on=date(2025, 6, 4),
        forecast=((2, 50_000), (3, 50_000)),
        later=(
            Later(on=date(2026, 4, 2), facts=taxed(2026, "0"), refused=("instalment_not_due",)),
            Later(on=date(2027, 2, 1), facts=taxed(2027, "900"), yuan=50_000),
        ),
    ),
    granted("NM-002", 13, 500_000, "county"),
    granted("NX-001", 3, 186_000, "county"),
    granted("SC-003", 1, 350_000, "city"),
    granted("SC-006", 1, 10_000_000, "city"),
    granted("SC-007", 2, 1_000_000, "city"),
    granted("SC-009", 1, 30_000, "city"),
    granted("SC-010", 1, 300_000, "county"),
    granted("SC-011", 3, 300_000, "county", receivers=(("发放贷款的银行", 300_000, None),)),
    granted("SC-014", 4, 2_000_000, "city"),
    granted("SC-015", 1, 320_000, "city"),
    rejected("SC-017", 8, "nothing_to_pay", "最多 1 次", earlier=200_000),
    granted("SC-017", 9, 100_000, "city", earlier=200_000),
    granted("SC-018", 1, 200_000, "city"),
    granted("SC-020", 2, 2_000, "county"),
    granted("SC-021", 1, 240_000, "county"),
    granted("SC-021", 3, 40_000, "county", earlier=960_000),
    granted("SC-022", 1, 100_000, "county"),
    granted("SC-023", 1, 150_000, "county"),
    not_filed("SC-024", 1, "facts_missing"),
    granted("SC-025", 1, 80_000, "province"),
    not_filed("SD-001", 1, "facts_missing"),
    granted("SD-002", 17, 100_000, "county"),
    granted("SD-004", 1, 1_500_000, "city"),
    granted("SX-002", 3, 4_000_000, "city"),
    granted("TJ-001", 24, 937_000, "county"),
    not_filed("ZJ-001", 1, "facts_missing", "facts_missing"),
    not_filed("ZJ-004", 1, "outside_figure_missing", "facts_missing"),
    granted("ZJ-005", 14, 100_000, "county"),
    granted("ZJ-006", 1, 300_000, "county"),
    granted("ZJ-008", 1, 6_000_000, "county"),
    granted("ZJ-009", 2, 99_998, "county"),
    granted("ZJ-011", 1, 4_500, "city"),
)
