"""A guide follows the rules that it was written from; what a person wrote is compared with them, and confirmed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.authoring import GUIDE_PARTS
from contracts.item import PolicyItemContent
from services.catalog.policies.guides import (
    GuideMayDisagree,
    agreement,
    followed,
    following,
    left_to_the_rules,
    refuse_unconfirmed,
)
from services.catalog.policies.quantities import quantities, unknown_to
from services.catalog.policies.texts import examine

SampleItem = Callable[[str], PolicyItemContent]
TWENTY, THIRTY = {"node": "fixed", "value": "20", "unit": "万元"}, {"node": "fixed", "value": "30", "unit": "万元"}
BY_HAND = "对新认定的企业，一次性奖励二十万元，5 个工作日内办结。"


class NoDatabase:
    """Where no document is registered."""

    def execute(self, sql: str, parameters: Any = None) -> Any:
        return SimpleNamespace(first=lambda: None)


def examined(text: dict[str, Any]) -> PolicyItemContent:
    problems, content = examine(text, NoDatabase(), "t", date(2026, 3, 10))
    assert problems == []
    assert content is not None
    return content


def item(sample_item: SampleItem, amount: dict[str, str], **guide: Any) -> PolicyItemContent:
    """An item that pays this amount; its guide follows the rules but for what is said."""
    text = left_to_the_rules(sample_item("NM-002"))
    text["rules"]["amount"] = amount
    text["guide"] |= guide
    text["summary"] = "对新认定的企业给予奖励。"
    return examined(text)


def refused(content: PolicyItemContent, before: PolicyItemContent | None = None) -> str:
    with pytest.raises(GuideMayDisagree) as caught:
        refuse_unconfirmed(content, before)
    return "\n".join(reason.message for reason in caught.value.refusal().reasons)


# -- following the rules --------------------------------------------------------------------------------------


def test_what_a_draft_leaves_out_of_its_guide_is_written_from_the_rules(sample_item: SampleItem) -> None:
    sample = sample_item("NM-002")
    text = left_to_the_rules(sample)
    assert followed(text) == GUIDE_PARTS
    assert examined(text) == sample
    assert all(each.written is None and not each.differs for each in agreement(sample, followed(text)))


def test_a_revised_draft_pays_30_and_its_guide_says_30(sample_item: SampleItem) -> None:
    published = item(sample_item, TWENTY)
    assert published.guide.standard == "20 万元。"
    text = left_to_the_rules(published)
    text["rules"]["amount"] = THIRTY
    revised = examined(text)
    assert revised.guide.standard == "30 万元。"
    refuse_unconfirmed(revised, published)


def test_a_revision_that_repeats_the_generated_guide_follows_the_new_rules(sample_item: SampleItem) -> None:
    published = item(sample_item, TWENTY)
    repeated = item(sample_item, THIRTY).model_copy(update={"guide": published.guide})
    assert following(repeated, published).guide.standard == "30 万元。"


def test_what_a_person_wrote_is_not_touched(sample_item: SampleItem) -> None:
    published = item(sample_item, TWENTY, standard=BY_HAND)
    revised = item(sample_item, THIRTY, standard=BY_HAND)
    assert following(revised, published).guide.standard == BY_HAND


def test_every_sample_is_written_from_its_rules_but_for_one_that_tells_its_own_steps(sample_item: SampleItem) -> None:
    sample = sample_item("SC-018")
    assert set(GUIDE_PARTS) - set(followed(left_to_the_rules(sample))) == {"steps", "time_limits"}
    refuse_unconfirmed(sample)


# -- what a person wrote ----------------------------------------------------------------------------------------


def test_a_written_20_beside_a_rule_of_30_is_shown_with_both_and_refused(sample_item: SampleItem) -> None:
    revised = item(sample_item, THIRTY, standard=BY_HAND)
    told = refused(revised, item(sample_item, TWENTY, standard=BY_HAND))
    assert BY_HAND in told
    assert "30 万元。" in told
    assert "规则中没有：二十万元" in told
    assert refused(revised) == told
    (doubtful,) = [each for each in agreement(revised) if each.differs]
    assert (doubtful.part, doubtful.differs) == ("standard", ("二十万元",))


def test_a_written_sentence_that_agrees_is_published_without_a_question(sample_item: SampleItem) -> None:
    refuse_unconfirmed(item(sample_item, TWENTY, standard=BY_HAND))
    refuse_unconfirmed(item(sample_item, TWENTY, standard="奖励 200,000 元。"))


def test_a_figure_that_the_rules_never_had_is_asked_about_once(sample_item: SampleItem) -> None:
    note = "奖励20万元。已有 72 户企业享受。"
    first = item(sample_item, TWENTY, standard=note)
    assert "72 户" in refused(first)
    refuse_unconfirmed(first.model_copy(update={"theme": "另一主题"}), first)


def test_the_summary_of_a_revision_is_looked_at_too(sample_item: SampleItem) -> None:
    before = item(sample_item, TWENTY).model_copy(update={"summary": "一次性奖励20万元。"})
    after = item(sample_item, THIRTY).model_copy(update={"summary": "一次性奖励20万元。"})
    assert "“事项摘要”写的是：“一次性奖励20万元。”" in refused(after, before)
    refuse_unconfirmed(after)


def test_another_mode_than_the_plan_has_is_asked_about(sample_item: SampleItem) -> None:
    assert "免申即享" in refused(item(sample_item, TWENTY, mode="免申即享"))


def test_a_guide_that_is_no_guide_is_told_as_such(sample_item: SampleItem) -> None:
    text = copy.deepcopy(left_to_the_rules(sample_item("NM-002")))
    text["guide"] = "见附件"
    problems, content = examine(text, NoDatabase(), "t", date(2026, 3, 10))
    assert content is None
    assert {each.where for each in problems} == {"/guide"}


# -- quantities -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20万元", "二十万元"),
        ("20 万元", "200,000 元"),
        ("２０万", "20万元"),
        ("二十万", "20 万元"),
        ("1.2 亿元", "一亿二千万元"),
        ("12.5%", "百分之12.5"),
        ("百分之二十", "20%"),
        ("五个工作日", "5 个工作日"),
        ("3 年", "三十六个月"),
        ("100㎡", "100 平方米"),
        ("20 名", "20 人"),
        ("1，200,000 元", "120 万元"),
    ],
)
def test_the_same_quantity_is_known_however_it_is_written(one: str, other: str) -> None:
    assert unknown_to(one, other) == unknown_to(other, one) == ()


def test_a_comma_between_two_quantities_joins_them_to_no_third() -> None:
    assert [each.text for each in quantities("5万元,10万元")] == ["5万元", "10万元"]
    assert [each.text for each in quantities("1,5万元")] == ["5万元"]


@pytest.mark.parametrize(
    "text",
    [
        "2024年度",
        "赣府发〔2024〕3号第十条",
        "2024年6月21日",
        "6月30日前",
        "2024年3月",
        "满足下列条件之一项",
        "一家企业",
    ],
)
def test_years_days_and_numbers_of_documents_are_no_quantities(text: str) -> None:
    assert list(quantities(text)) == []


def test_20_is_not_30_and_20_percent_is_not_20_yuan() -> None:
    assert unknown_to("20万元", "30万元") == ("20万元",)
    assert unknown_to("20%", "20元") == ("20%",)
    assert unknown_to("奖励20万元、再奖励20万元", "无") == ("20万元",)


# -- guides from before sentences had lines -----------------------------------------------------------------------

FORMER = {
    "AH-010": (
        (
            "同时满足：1. 规模以上企业；2. 2024年度研发费用在 500 万元以上（含）；3. （满足下列条件之一：1. 2024年度研发支出全省排名在 100 名以下（含）；"
            "2. 2024年度研发强度全省排名在 100 名以下（含））。同一年度最多享受 1 次。"
        ),
        "50 万元。名额 200 个，先到先得。",
    ),
    "GZ-001": (
        "同时满足：1. 团队人数在 20 人以上（含）；2. 客源地属于境内市外、境外。",
        (
            "按团队人数计，标准为（下列各项之和：1. 精品团（线路含所列景点）或基本团标准：（线路含市内 5A 景区、国家级度假区或方特之一的，（按客源地确定："
            "境内市外 50 元/人；境外 100 元/人）；否则，（按客源地确定：境内市外 30 元/人；境外 60 元/人））；2. 住满两晚另加："
            "（两晚均入住星级饭店、绿色饭店或持证民宿的，20 元/人；否则，0 元/人））。"
        ),
    ),
}


@pytest.mark.parametrize("code", FORMER)
def test_a_guide_that_was_written_in_the_former_layout_still_follows_its_rules(
    sample_item: SampleItem, code: str
) -> None:
    conditions, standard = FORMER[code]
    sample = sample_item(code)
    guide = sample.guide.model_copy(update={"conditions": conditions, "standard": standard})
    published = sample.model_copy(update={"guide": guide})
    assert not any(each.differs for each in agreement(published))
    assert {"conditions", "standard"} <= set(followed(left_to_the_rules(published)))
    revised = following(published, published)
    assert revised.guide == sample.guide
    changed = published.model_copy(
        update={"guide": guide.model_copy(update={"standard": standard.replace("50 ", "55 ")})}
    )
    assert "standard" not in followed(left_to_the_rules(changed))
    assert [each.part for each in agreement(changed) if each.differs] == ["standard"]
