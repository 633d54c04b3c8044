"""A province's items with titles of their own, and what people type to find them. The same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.item import PolicyItemContent
from contracts.rule import Level, Window
from contracts.search import AmountBand, SearchPolicies, WindowState

SAMPLES = Path(__file__).resolve().parent.parent / "sample" / "items"
TODAY = date(2026, 11, 23)

PLACES = (
    "甲山", "乙水", "丙江", "丁湖", "东岭", "西川", "南塘", "北原", "新桥", "古城", "长林", "平野", "青河", "白石", "红土", "金沙", "银滩",
    "玉泉", "云峰", "雨台",
)  # fmt: skip
KINDS = (("县", Level.COUNTY), ("区", Level.COUNTY), ("市", Level.CITY))
DEPARTMENTS = (
    "工信局", "科技局", "商务局", "农业农村局", "文广旅局", "人社局", "发改委", "市场监管局", "金融办", "住建局", "民政局", "交通局",
)  # fmt: skip
FIELDS = (
    "纺织服装", "电子信息", "装备制造", "生物医药", "新材料", "新能源", "食品加工", "家具", "有色金属", "冷链物流", "软件", "跨境电商", "茶叶",
    "脐橙", "蔬菜", "旅游民宿", "养老服务", "建筑业", "汽车零部件", "数字经济",
)  # fmt: skip
ACTS = (
    "首次入规奖励", "技术改造设备补助", "研发费用后补助", "贷款贴息", "专精特新认定奖励", "高新技术企业认定奖励", "展会补贴", "用电奖励",
    "厂房租金补贴", "人才引进补贴", "品牌建设奖励", "智能工厂奖励", "上市挂牌奖励", "出口信用保险补贴", "绿色工厂奖励", "首台套保险补助",
    "产值上台阶奖励", "稳岗扩岗补助", "检验检测补助", "数字化转型补助",
)  # fmt: skip
WORDS = (
    "奖励",
    "补助",
    "企业",
    "研发",
    "高企",
    "技改",
    "小巨人",
    "人才",
    "租金",
    "贴息",
    "专精特新",
    "上市",
    "展会",
    "R&D",
    "用电",
)
SENTENCES = ("怎么申请{act}", "{field}企业有什么{word}", "请问{act}要什么材料", "我们做{field}的能拿多少补贴")
TENANTS = ("36", "3607", "360702", "360732")


def corpus(count: int) -> Iterator[tuple[str, PolicyItemContent, datetime]]:
    """(tenant, content, first published) of so many items that vary the sample items."""
    rng = random.Random(20261123)
    samples = [PolicyItemContent.model_validate_json(file.read_bytes()) for file in sorted(SAMPLES.glob("*.json"))]
    began = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        yield (
            rng.choice(TENANTS),
            _variant(rng.choice(samples), number, rng),
            began + timedelta(minutes=number),
        )


def questions(count: int) -> Iterator[SearchPolicies]:
    """What people ask, in the mix that a portal sees: first pages with their counts, some of them filtered."""
    rng = random.Random(42)
    for _ in range(count):
        filters = _filters(rng) if rng.random() < 0.35 else {}
        tenant = rng.choice(TENANTS) if rng.random() < 0.5 else None
        yield SearchPolicies(q=_typed(rng), tenant=tenant, **filters)


def _variant(sample: PolicyItemContent, number: int, rng: random.Random) -> PolicyItemContent:
    kind, level = rng.choice(KINDS)
    place = rng.choice(PLACES) + kind
    window = Window()
    if rng.random() < 0.4:
        opens = TODAY + timedelta(days=rng.randrange(-400, 60))
        window = Window(opens=opens, closes=opens + timedelta(days=rng.randrange(20, 500)))
    plan = sample.rules.plan.model_copy(update={"department": place + rng.choice(DEPARTMENTS), "window": window})
    return sample.model_copy(
        update={
            "code": f"B-{number:05d}",
            "title": f"{place}{rng.choice(FIELDS)}{rng.choice(ACTS)}",
            "level": level,
            "rules": sample.rules.model_copy(update={"plan": plan}),
        }
    )


def _typed(rng: random.Random) -> str:
    field, act, word = rng.choice(FIELDS), rng.choice(ACTS), rng.choice(WORDS)
    place = rng.choice(PLACES) + rng.choice(KINDS)[0]
    draw = rng.random()
    if draw < 0.15:
        return ""
    if draw < 0.35:
        return word
    if draw < 0.55:
        return f"{field} {act}" if rng.random() < 0.5 else f"{field}{act}"
    if draw < 0.65:
        return f"{place}{rng.choice(DEPARTMENTS)}"
    if draw < 0.75:
        return f"{place}{field}{act}"
    if draw < 0.88:
        return _slip(f"{field}{act}", rng)
    return rng.choice(SENTENCES).format(act=act, field=field, word=word)


def _slip(name: str, rng: random.Random) -> str:
    """The name with one character wrong or missing."""
    place = rng.randrange(1, len(name) - 1)
    return name[:place] + (rng.choice("的一是在不了有") if rng.random() < 0.5 else "") + name[place + 1 :]


def _filters(rng: random.Random) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {"level": (rng.choice(list(Level)),)},
        {"theme": ("工业", "科技创新")},
        {"window": (WindowState.OPEN,)},
        {"amount": (rng.choice(list(AmountBand)),), "window": (WindowState.OPEN, WindowState.CLOSING_SOON)},
        {"amount_at_least_fen": 50_000_000},
        {"mode": ("no_application",), "closes_by": TODAY + timedelta(days=60)},
    ]
    return rng.choice(choices)
