"""The parts of a guide (办事指南) that say nothing but what the rules say, written from them."""

from __future__ import annotations

import re

from contracts.rule import ItemRules, Mode, Plan
from rules.text.items import sentences
from rules.text.layout import STEMS, together
from rules.text.plans import MODES, limit_text

LONGEST = 2000
"""Characters of a part, as the item's contract has it; what is longer ends in an ellipsis."""


def guide_sentences(rules: ItemRules) -> dict[str, str | tuple[str, ...]]:
    """What the guide says of the rules, by the names of its fields; the steps are several texts."""
    words, plan = sentences(rules), rules.plan
    return {
        "conditions": _cut(together(words.eligibility, words.stacking, words.bounds)),
        "standard": _cut(together(words.amount, words.instalments, words.payees, words.quotas)),
        "mode": MODES[plan.mode],
        "steps": _steps(plan),
        "time_limits": _time_limits(plan),
    }


def _steps(plan: Plan) -> tuple[str, ...]:
    """How it goes, in the words of whoever applies."""
    paid = f"{limit_text(plan.payout_limit)}内兑付到账"
    if plan.mode is Mode.NO_APPLICATION:
        return ("政策主管部门推送名单、账户和金额", paid, "短信告知企业")
    within = f" {limit_text(plan.review_limit)}内" if plan.review_limit is not None else ""
    if plan.mode is Mode.INSTANT:
        return ("企业一表申报", f"政策主管部门{within}审核", paid, "短信告知企业")
    seen = ("政策主管部门现场勘查",) if _inspected(plan) else ()
    return ("企业一表申报", *seen, "在承诺时限内作出决定", paid, "短信告知企业")


def _time_limits(plan: Plan) -> str:
    payout = limit_text(plan.payout_limit)
    if plan.mode is Mode.NO_APPLICATION:
        return f"名单推送后 {payout}内兑付"
    if plan.review_limit is None:
        return f"兑付 {payout}"
    seen = "（含现场勘查）" if plan.mode is Mode.COMMITTED and _inspected(plan) else ""
    return f"审核 {limit_text(plan.review_limit)}{seen}，兑付 {payout}"


def _inspected(plan: Plan) -> bool:
    return any(step.kind == "site_inspection" for step in plan.steps)


def _cut(text: str) -> str:
    """Whole lines and entries, as far as there is room: half a figure would be another."""
    if len(text) <= LONGEST:
        return text
    short = text[: LONGEST - 2]
    last = max(short.rfind(sign) for sign in "\n；。")
    return f"{short[: last + 1] if last > 0 else short}……"


_BETWEEN = re.compile(
    r"(?<![0-9])[0-9]{1,2}\. |[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|（[0-9]{1,2}）|[①-⑳]|[\s，。；：、（）“”×]"
    r"|其中|的|后的差额|差额|乘以比例|分下列情形|依次为|即|以上合计|以上|并|且|或者|同时满足|满足下列条件之一|符合条件"
    r"|不?[高低]于|减去|标准为|分档确定|有记录|不重复享受"
    rf"|取得其余部分|取得全部|(?:条件)?[{STEMS}]"
)
"""What stands between the words of a rule: signs, numbers of lines, words that only join."""


def says_the_same(written: str, said: str) -> bool:
    """Whether a guide says what the rules say, though it was laid out otherwise: sentences were one line before, with
    brackets in brackets. Compared is every word and every figure, not their order.
    """
    if written == said:
        return True
    words, rules = _words_of(written), _words_of(said)
    if written.endswith("……") or said.endswith("……"):  # one was cut where the other goes on
        return bool(words) and (len(words - rules) <= 1 or len(rules - words) <= 1)
    return words == rules


_ALIKE = (
    (re.compile(r"按([^（）；。：，]+)计，标准为"), r"\1 × "),
    (re.compile(r"，但([^；。]*?)的除外"), r"，\1 "),
    (re.compile(r"的，视为符合"), " "),
    (re.compile(r"，以后各期照常"), ""),
    (re.compile(r"本期及以后各期不再兑付"), "本期不再兑付"),
    (re.compile(r"之一|本企业已享受的|(?<=年度)年度|历年(?=累计)"), ""),
    (re.compile(r"所在档次确定"), "分档确定"),
    (re.compile(r"每家企业累计最多"), "每家企业最多"),
    (re.compile(r"按[日月]计的?，?一年按 [0-9]+ 个?[天月]"), ""),
)
"""What is said in other words now than in guides that were written before: the same as before, for the comparison."""


def _words_of(text: str) -> frozenset[str]:
    for pattern, alike in _ALIKE:
        text = pattern.sub(alike, text)
    return frozenset(word for word in _BETWEEN.split(text) if word)
