"""Which words can stand for a unit: the known ones, words to count with (人, 家, 台（套）), and no slips of the pen.

`rules.units` reads any word, since what was published with one keeps its meaning. What is written anew is asked
here first: 万圆 or 平米 would silently be a unit of its own, which no fact is in.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from rules.units import MANY, known_words

_COUNTING = re.compile(r"[㐀-䶿一-鿿〇]{1,8}(?:[（(][㐀-䶿一-鿿]{1,4}[）)][㐀-䶿一-鿿]{0,4})?")
"""Words to count with: Chinese, a few characters, perhaps with another in brackets."""

_MEANT: dict[str, str] = {
    **dict.fromkeys(("圆", "块", "块钱", "人民币", "元整", "元钱", "rmb", "cny", "yuan", "¥", "￥"), "元"),
    **dict.fromkeys(("万", "w"), "万元"),
    "亿": "亿元",
    **dict.fromkeys(("平", "平米", "平方", "方米", "m2", "m²", "sqm", "平方公尺"), "平方米"),
    **dict.fromkeys(("m3", "m³", "立方", "方"), "立方米"),
    **dict.fromkeys(("mu", "畝", "亩地"), "亩"),
    **dict.fromkeys(("ha", "hm2", "hm²"), "公顷"),
    **dict.fromkeys(("百分点", "个点", "点", "pct", "pp"), "个百分点"),
    **dict.fromkeys(("百分比", "百分之", "％", "percent"), "%"),
    "千分之": "‰",
    **dict.fromkeys(("基点", "bp", "bps", "个bp"), "BP"),
    **dict.fromkeys(("kw", "千瓦特"), "千瓦"),
    **dict.fromkeys(("kwh", "kw·h", "千瓦小时", "度电"), "千瓦时"),
    **dict.fromkeys(("mw", "兆瓦特"), "兆瓦"),
    **dict.fromkeys(("mwh", "兆瓦小时"), "兆瓦时"),
    **dict.fromkeys(("t", "ton", "公吨"), "吨"),
    "kg": "千克",
    **dict.fromkeys(("usd", "美金", "$"), "美元"),
    "teu": "标箱",
    **dict.fromkeys(("月份", "个月份", "month"), "个月"),
    **dict.fromkeys(("季", "个季"), "季度"),
    **dict.fromkeys(("year", "周年", "个年"), "年"),
    **dict.fromkeys(("day", "日历天", "自然日", "自然天"), "天"),
    **dict.fromkeys(("x", "times", "倍数"), "倍"),
}
"""What is written for a unit, and the one that is meant."""

_CURRENCIES = frozenset(
    ("美元", "欧元", "日元", "港元", "澳元", "加元", "新元", "韩元", "新台币元", "澳门元", "新加坡元", "加拿大元",
     "澳大利亚元", "新西兰元")
)  # fmt: skip
_NO_SLIPS = _CURRENCIES | {"单元", "立方米", "吉瓦时", "太瓦时"}
"""Words that look like one of the known units and are others."""


def unknown_unit_text(text: str) -> str | None:
    """Why nobody who writes anew may use this unit, with the one that is meant where it is near one; None: one may."""
    words = text.replace("/", "·").split("·")
    folded = text.replace("／", "/").replace("％", "%").replace("•", "·").replace("*", "·").replace("×", "·")
    if folded != text and unknown_unit_text(folded) is None:
        return f"不认识的计量单位“{text}”，是不是“{folded}”？"
    if text.count("/") > 1 or not all(words):
        return f"计量单位“{text}”写法不对：应如 元/人、元/平方米·月"
    for word in words:
        if not _known(word):
            meant = nearest(word)
            text_meant = text.replace(word, meant) if meant else ""
            hint = (
                f"是不是“{text_meant}”？" if meant else "可用的如 元、万元、%、倍、人、亩、平方米、月；数数的写中文量词"
            )
            return f"不认识的计量单位“{text}”，{hint}"
    return None


def _known(word: str) -> bool:
    """Whether the word is a unit, or one that things are counted with."""
    plain = word[1:] if word[0] in MANY and len(word) > 1 else word
    if plain != word:
        return _known(plain)
    if word in known_words() or word in _NO_SLIPS:
        return True
    return _COUNTING.fullmatch(word) is not None and "元" not in word and nearest(word) is None


def nearest(word: str) -> str | None:
    """The known unit that is meant by a word which is none; None where it resembles none."""
    if word in known_words() or word in _NO_SLIPS:
        return None
    if (found := _MEANT.get(word) or _MEANT.get(word.casefold())) is not None:
        return found
    if word[0] in MANY and len(word) > 1:
        inner = nearest(word[1:])
        return f"{word[0]}{inner}" if inner is not None else None
    if "圆" in word or "人民币" in word:
        return nearest(word.replace("人民币", "").replace("圆", "元")) or word.replace("人民币", "").replace("圆", "元")
    if "元" in word:
        return "元" if word.strip("元") in ("", "整") else _money(word)
    near = get_close_matches(word, [known for known in known_words() if len(known) > 2], n=1, cutoff=0.66)
    return near[0] if near and abs(len(near[0]) - len(word)) < 2 else None


def _money(word: str) -> str | None:
    """An amount of 元 that is written as no unit of ours is (十几元, 萬元); other currencies have names."""
    if word.replace("萬", "万").replace("億", "亿") != word:
        return word.replace("萬", "万").replace("億", "亿")
    near = get_close_matches(word, ("百元", "千元", "万元", "十万元", "百万元", "千万元"), n=1, cutoff=0.67)
    return near[0] if near else None
