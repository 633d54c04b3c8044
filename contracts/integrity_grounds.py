"""失信行为认定依据: the grounds on which a finding about a claim may be established, and for how long a record of it stands.

Two national lists bind what may be recorded and what may follow from it: 全国公共信用信息基础目录 and 全国失信惩戒措施基础清单, both
published by 国家发展改革委 and 中国人民银行 in an edition a year. Only what laws, regulations or documents of the Party's and
the State's centre provide for may be recorded. The text of the current edition could not be had when this was written: `catalogue`
names the class of information, not the number of an entry. Whoever puts this to use checks it against the edition in force.

Terms: 《信用修复管理办法》 (国家发展改革委, 自 2026 年 4 月 1 日起施行, in the place of its order no. 58 of 2023), and 国办发〔2025〕22 号: 轻微 as a
rule not published, else at most 3 months, repairable at once; 一般 3 months to 1 year; 严重 1 to 3 years; repair may be asked for
once the least term is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Gravity = Literal["minor", "general", "serious"]
"""轻微 · 一般 · 严重."""

GroundCode = Literal["false_materials", "fraudulent_claim", "misuse_of_funds", "broken_commitment", "failed_obligation"]

GROUND_CODES: tuple[GroundCode, ...] = get_args(GroundCode)

GRAVITIES: tuple[Gravity, ...] = get_args(Gravity)


class Term(NamedTuple):
    """In months. `least`: before it no repair is asked for."""

    least: int
    most: int


TERMS: Mapping[Gravity, Term] = {"minor": Term(0, 3), "general": Term(3, 12), "serious": Term(12, 36)}
"""For how long a record of this gravity stands."""

TERMS_SOURCE = "《信用修复管理办法》（国家发展改革委，自2026年4月1日起施行）；国办发〔2025〕22号"


class Ground(NamedTuple):
    """`name` is what it is called, `catalogue` the class of information of the national catalogue, `basis` what it rests on in law,
    `gravities` how grave it may be found."""

    name: str
    catalogue: str
    basis: str
    gravities: tuple[Gravity, ...] = GRAVITIES


FISCAL_PENALTIES = "《财政违法行为处罚处分条例》（国务院令第427号）第十四条"
COMMITMENTS = "《国务院办公厅关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见》（国办发〔2020〕42号）"
CONSTRAINTS = "《国务院办公厅关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（国办发〔2020〕49号）"

GROUNDS: Mapping[GroundCode, Ground] = {
    "false_materials": Ground(
        "提供虚假材料申报财政奖补资金", "其他失信信息（财政资金申报）", f"{FISCAL_PENALTIES}；{CONSTRAINTS}"
    ),
    "fraudulent_claim": Ground(
        "以虚报、冒领等手段骗取财政资金", "行政处罚等行政管理信息", FISCAL_PENALTIES, ("general", "serious")
    ),
    "misuse_of_funds": Ground(
        "挪用财政奖补资金或者违反规定使用", "行政处罚等行政管理信息", FISCAL_PENALTIES, ("general", "serious")
    ),
    "broken_commitment": Ground(
        "作出的信用承诺不实或者未履行", "信用承诺及履行情况信息", f"{COMMITMENTS}；{CONSTRAINTS}"
    ),
    "failed_obligation": Ground("享受财政奖补后未履行约定义务", "合同履行信息", CONSTRAINTS, ("minor", "general")),
}
"""Those that concern fiscal subsidies, false materials and broken commitments; nothing else is recorded here."""

LISTS_SOURCE = "全国公共信用信息基础目录、全国失信惩戒措施基础清单（以认定时的现行版本为准）"
