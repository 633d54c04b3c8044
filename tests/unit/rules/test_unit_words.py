"""Which words may be written for a unit, and which are slips of the pen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import assess, check
from rules.unit_words import nearest, unknown_unit_text
from rules.units import known_words, unit
from tests.unit.rules.rule_writing import TODAY, fixed, item_rules, sheet


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("万圆", "万元"),
        ("元人民币", "元"),
        ("万元人民币", "万元"),
        ("RMB", "元"),
        ("￥", "元"),
        ("万", "万元"),
        ("百万", "百万元"),
        ("萬元", "万元"),
        ("元整", "元"),
        ("平米", "平方米"),
        ("m2", "平方米"),
        ("元/平米·月", "元/平方米·月"),
        ("mu", "亩"),
        ("百分点", "个百分点"),
        ("bp", "BP"),
        ("％", "%"),
        ("kWh", "千瓦时"),
        ("千瓦小时", "千瓦时"),
        ("元/kWh", "元/千瓦时"),
        ("元／人", "元/人"),
        ("TEU", "标箱"),
        ("USD", "美元"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_the_unit_that_is_meant(written: str, meant: str) -> None:
    assert unknown_unit_text(written) == f"不认识的计量单位“{written}”，是不是“{meant}”？"
    assert unknown_unit_text(meant) is None


@pytest.mark.parametrize("written", ["abc", "元%", "次元", "人1", "§"])
def test_what_is_neither_a_unit_nor_a_word_to_count_with_is_unknown(written: str) -> None:
    assert "不认识的计量单位" in (unknown_unit_text(written) or "")


@pytest.mark.parametrize("written", ["元/", "/人", "元//人", "元/人/月", "元·", ""])
def test_a_unit_that_is_put_together_wrongly_is_told_how(written: str) -> None:
    assert "应如 元/人" in (unknown_unit_text(written) or "")


@pytest.mark.parametrize(
    "written",
    ["人", "名", "家", "台（套）", "件（套）", "标箱", "架次", "列次", "张床位", "个标准集装箱", "人次", "户", "晚", "级", "年度",
     "美元", "万美元", "欧元", "立方米", "吨公里", "千人", "小时", "工作日", "万人", "元/人·晚", "外币", "单元"],
)  # fmt: skip
def test_words_to_count_with_stay_open(written: str) -> None:
    assert unknown_unit_text(written) is None


@given(st.sampled_from(sorted(known_words())), st.sampled_from(["", "万", "亿"]))
def test_every_unit_with_a_meaning_may_be_written(word: str, many: str) -> None:
    assert unknown_unit_text(f"{many}{word}") is None
    assert nearest(word) is None


@given(st.text(min_size=1, max_size=12))
def test_what_is_offered_instead_may_itself_be_written(written: str) -> None:
    meant = nearest(written)
    if meant is not None:
        assert unknown_unit_text(meant) is None
        assert unit(meant).factor > 0


def test_what_was_published_with_such_a_unit_is_still_evaluated() -> None:
    rules = item_rules(amount=fixed(5, "圆"))
    assert [(each.code, each.where) for each in check(rules)] == [("unknown_unit", "/amount/unit")]
    counted = item_rules(
        amount={
            "node": "per_unit",
            "quantity": {"node": "fixed", "value": "3", "unit": "TEU"},
            "price": {"node": "fixed", "value": "2", "unit": "元/TEU"},
        }
    )
    assert assess(counted, sheet(), TODAY).amount.money is not None
    assert {each.code for each in check(counted)} == {"unknown_unit"}
