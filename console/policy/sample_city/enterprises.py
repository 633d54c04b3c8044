"""The enterprises: codes, names, sectors, sizes, and the figures that their facts are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

SEED = 360_700
COUNTIES = {
    "360702": "章贡区", "360703": "南康区", "360704": "赣县区", "360722": "信丰县", "360723": "大余县",
    "360724": "上犹县", "360725": "崇义县", "360726": "安远县", "360728": "定南县", "360729": "全南县",
    "360730": "宁都县", "360731": "于都县", "360732": "兴国县", "360733": "会昌县", "360734": "寻乌县",
    "360735": "石城县", "360781": "瑞金市", "360783": "龙南市",
}  # fmt: skip
"""Division codes after GB/T 2260, with how many in a hundred enterprises are there below."""

COUNTY_WEIGHTS = (26, 12, 7, 7, 3, 2, 2, 3, 2, 2, 6, 7, 7, 4, 2, 2, 4, 2)

SECTIONS: dict[str, tuple[float, tuple[int, ...], str, float]] = {
    "A": (6, (1, 2, 3, 4, 5), "农业", 18),
    "B": (1, (6, 8, 9, 10), "矿业", 60),
    "C": (17, (13, 14, 17, 18, 20, 21, 26, 27, 29, 30, 32, 33, 34, 35, 38, 39), "制造", 55),
    "D": (1, (44, 45, 46), "能源", 90),
    "E": (8, (47, 48, 49, 50), "建设", 40),
    "F": (28, (51, 52), "商贸", 65),
    "G": (4, (54, 58, 59), "物流", 35),
    "H": (4, (61, 62), "餐饮", 16),
    "I": (6, (63, 64, 65), "信息", 45),
    "J": (1, (66, 69), "金融服务", 80),
    "K": (3, (70,), "置业", 60),
    "L": (10, (71, 72), "商务服务", 25),
    "M": (6, (73, 74, 75), "科技", 38),
    "N": (1, (77, 78), "环境", 24),
    "O": (2, (80, 81), "居民服务", 14),
    "P": (1, (83,), "教育", 15),
    "R": (1, (86, 87, 90), "文旅", 18),
}
"""By section of GB/T 4754: weight, its divisions here, the word in an enterprise's name, revenue per head in 万元."""

_WORDS = (
    "安邦昌诚创春达德鼎东飞丰福富光广国海恒宏华汇惠吉佳嘉健江金锦景聚君凯康蓝朗利联隆美明宁普旗勤瑞润盛顺泰天通祥新信兴"
)
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class SampleEnterprises:
    """Arrays by enterprise. `county`, `section` and `division` index into the codes; `revenue` is 万元 of 2025."""

    county: NDArray[np.int64]
    section: NDArray[np.int64]
    division: NDArray[np.int64]
    founded: NDArray[np.int64]
    employees: NDArray[np.int64]
    revenue: NDArray[np.float64]
    growth: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.county)


COUNTY_CODES = tuple(COUNTIES)
SECTION_CODES = tuple(SECTIONS)
DIVISIONS = tuple((section, division) for section, each in SECTIONS.items() for division in each[1])
DIVISION_CODES = tuple(f"{section}{division:02d}" for section, division in DIVISIONS)
FIRST_DAY = date(1995, 1, 1)


def draw(count: int) -> SampleEnterprises:
    """`count` enterprises; the first ones of a larger city are others than those of a smaller one."""
    rng = np.random.default_rng((SEED, count))
    section = _weighted(rng, [each[0] for each in SECTIONS.values()], count)
    offsets = np.array([_first_division(code) for code in SECTION_CODES])
    widths = np.array([len(each[1]) for each in SECTIONS.values()])
    division = offsets[section] + (rng.random(count) * widths[section]).astype(np.int64)
    employees = np.clip(rng.lognormal(1.75, 1.25, count), 1, 20_000).astype(np.int64)
    per_head = np.array([each[3] for each in SECTIONS.values()])[section]
    days = (date(2026, 9, 30) - FIRST_DAY).days
    return SampleEnterprises(
        county=_weighted(rng, COUNTY_WEIGHTS, count),
        section=section,
        division=division,
        founded=(days * rng.beta(4.0, 1.3, count)).astype(np.int64),
        employees=employees,
        revenue=employees * per_head * rng.lognormal(0, 0.8, count),
        growth=np.clip(rng.normal(0.06, 0.22, count), -0.7, 3.0),
    )


def name_of(enterprises: SampleEnterprises, row: int) -> str:
    """A name nobody bears: every one says that it is a sample (示例)."""
    first, second, third = _in_base(row, len(_WORDS), 3)
    words = _WORDS[first] + _WORDS[second] + _WORDS[third]
    county = COUNTIES[COUNTY_CODES[enterprises.county[row]]]
    return f"{county}示例{words}{SECTIONS[SECTION_CODES[enterprises.section[row]]][2]}有限公司"


def credit_code_of(enterprises: SampleEnterprises, row: int) -> str:
    """18 characters: registrar, kind, division, organisation code (GB 11714), check character (GB 32100)."""
    organisation = "M" + "".join(_CODE[digit] for digit in _in_base(row, 31, 7))
    total = sum(int(each, 36) * weight for each, weight in zip(organisation, _ORGANISATION_WEIGHTS, strict=True))
    body = f"91{COUNTY_CODES[enterprises.county[row]]}{organisation}{'0X987654321'[total % 11]}"
    checked = sum(_CODE.index(each) * weight for each, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CODE[-checked % 31]


def founded_on(enterprises: SampleEnterprises, row: int) -> date:
    return FIRST_DAY + timedelta(days=int(enterprises.founded[row]))


def _weighted(rng: np.random.Generator, weights: object, count: int) -> NDArray[np.int64]:
    share = np.asarray(weights, np.float64)
    return rng.choice(len(share), count, p=share / share.sum()).astype(np.int64)


def _first_division(section: str) -> int:
    return next(index for index, each in enumerate(DIVISIONS) if each[0] == section)


def _in_base(number: int, base: int, digits: int) -> tuple[int, ...]:
    found = []
    for _ in range(digits):
        number, digit = divmod(number, base)
        found.append(digit)
    return tuple(reversed(found))
