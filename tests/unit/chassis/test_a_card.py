"""A card: one page whatever stands on it, and what is left out is said to be left out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.papers.card import Card, CardSection, render_card
from chassis.papers.codes import drawing_of
from chassis.papers.paper import Paragraph, ScanCode
from chassis.papers.rendering import render
from chassis.papers.shortening import shortened
from tests.paper_kit import AT, in_one_line, notice, read, text_of

MORE = "……详见指南。"
ADDRESS = "https://zhida.example/items/i-1"
CARD = Card(
    over="政策明白卡 · 赣州市",
    title="首次升规奖励",
    author="兴国县工业和信息化局",
    warnings=("这是示例。",),
    facts=(("金额", "最高 20 万元"), ("申报时间", "常年受理")),
    sections=(CardSection("谁能享受", "工业企业\n首次升规。"), CardSection("咨询电话", "工信局 0797-12345")),
    address=ADDRESS,
    scan="扫码看办事指南",
    more=MORE,
    foot=(f"办事指南：{ADDRESS}", "本卡 2026-12-01 生成。"),
)
SENTENCES = st.text(alphabet="企业工业产值不低于，、。；：\n（）1,000 万元", max_size=400)


def test_everything_that_a_card_says_can_be_read() -> None:
    text = text_of(render_card(CARD, AT))
    said = (
        "政策明白卡 · 赣州市",
        "首次升规奖励",
        "这是示例。",
        "最高 20 万元",
        "谁能享受",
        "首次升规。",
        "扫码看办事指南",
    )
    for words in (*said, "工信局 0797-12345", ADDRESS, "本卡 2026-12-01 生成。"):
        assert words in text, words


def test_it_is_archivable_accessible_and_the_same_to_the_byte() -> None:
    pdf = render_card(CARD, AT)
    root = read(pdf).trailer["/Root"].get_object()
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2<" in metadata
    assert "<pdfuaid:part>1<" in metadata
    assert f"扫码看办事指南 {ADDRESS}".encode("utf-16-be") in pdf or "/Alt" in str(_parts(root)), (
        "what the code is, for those who hear it"
    )
    assert render_card(CARD, AT) == pdf
    assert render_card(CARD, AT + timedelta(days=1)) != pdf


def _parts(root: dict[str, object]) -> list[str]:
    """The names of all that the tree of the file's structure says."""
    found, waiting = [], [root["/StructTreeRoot"]]
    while waiting:
        part = waiting.pop()
        part = part.get_object() if hasattr(part, "get_object") else part
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            found += list(part)
            waiting += [part["/K"]] if "/K" in part else []
    return found


@pytest.mark.parametrize("length", [100, 700, 1500, 4000, 40_000])
@pytest.mark.parametrize("ends", ["符合条件的企业，可以申报。", "没有标点的字"])
def test_it_is_one_page_however_much_there_is_to_say(length: int, ends: str) -> None:
    text = (ends * length)[:length]
    card = replace(CARD, sections=tuple(CardSection(f"第{n}问", text) for n in range(1, 8)))
    pdf = render_card(card, AT)
    said = text_of(pdf)
    assert len(read(pdf).pages) == 1
    assert all(f"第{n}问" in said for n in range(1, 8))
    assert (MORE.lstrip("…") in said) == (length > 100)


def test_it_is_one_page_with_the_longest_of_everything_that_is_never_shortened() -> None:
    word = "企业技术改造" * 33
    card = replace(
        CARD,
        title=word,
        over=word,
        warnings=(word, word),
        facts=tuple((f"第{n}", word) for n in range(4)),
        sections=tuple(CardSection(f"第{n}问", word * 20) for n in range(7)),
        address="https://" + "a" * 300,
        foot=("https://" + "a" * 300, word),
    )
    assert len(read(render_card(card, AT)).pages) == 1


def test_who_says_little_is_not_shortened_for_those_who_say_much() -> None:
    card = replace(
        CARD, sections=(CardSection("谁", "符合条件，可以申报。" * 400), CardSection("谁答", "工信局 0797-12345"))
    )
    text = text_of(render_card(card, AT))
    assert "工信局 0797-12345" in text
    assert text.count("详见指南") == 1


def test_without_an_address_it_has_no_code() -> None:
    text = text_of(render_card(replace(CARD, address="", foot=("在本网站搜索",)), AT))
    assert "扫码" not in text
    assert "在本网站搜索" in text


def test_text_is_never_an_instruction() -> None:
    strange = '#panic("x") #import "@preview/a:1" $x^2$ *粗* _斜_ `码` @label <label> = 一 // 注 \\u{41} \\ ~ -- [方] {花} {0}'
    card = replace(
        CARD,
        title=strange,
        over=strange,
        warnings=(strange,),
        facts=((strange, strange),),
        sections=(CardSection(strange, strange),),
        foot=(strange,),
    )
    assert re.sub(r"\s", "", text_of(render_card(card, AT))).count(re.sub(r"\s", "", strange)) == 8


def test_a_character_without_a_letter_is_written_as_its_number() -> None:
    assert "奖〔U+1F600〕励" in text_of(render_card(replace(CARD, title="奖😀励"), AT))


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("短。", 10, "短。"),
        ("第一句在这里。第二句也在这里。第三句。", 16, "第一句在这里。第二句也在这里。……详见指南。"),
        ("工业企业，产值一亿元以上，增速不低于百分之十，按增量奖励。", 15, "工业企业，产值一亿元以上……详见指南。"),
        ("同时满足：\n一、产值在 1,000 万元以上；\n二、增速。", 9, "同时满足：……详见指南。"),
        ("产值1,000,000万元以上的企业", 6, "详见指南。"),
        ("没有标点的一句很长的话", 5, "详见指南。"),
        ("共三项\n1. 营业执照\n2. 承诺书", 13, "共三项\n1. 营业执照……详见指南。"),
    ],
)
def test_a_text_is_shortened_where_something_ends(text: str, most: int, said: str) -> None:
    assert shortened(text, most, MORE) == said


@settings(max_examples=300)
@given(SENTENCES, st.integers(0, 400))
def test_what_is_left_is_how_the_text_begins_and_ends_where_something_ends(text: str, most: int) -> None:
    said = shortened(text, most, MORE)
    if len(text) <= most:
        assert said == text
        return
    assert said.endswith(MORE.lstrip("…"))
    kept = said.removesuffix(MORE) if said.endswith(MORE) else ""
    assert text.startswith(kept)
    assert len(kept) <= most
    rest = text[len(kept) :]
    assert not kept or kept[-1] in "。）" or rest[0] in "，、；\n 。", "never within a word or a figure"


def test_a_code_is_drawn_of_an_address_and_of_none_that_is_too_long() -> None:
    assert drawing_of(ADDRESS) == drawing_of(ADDRESS)
    assert drawing_of(ADDRESS) != drawing_of(ADDRESS + "0")
    assert drawing_of(ADDRESS).startswith("<svg xmlns=")
    with pytest.raises(ValueError, match="longer"):
        drawing_of("https://" + "a" * 3000)


def test_a_paper_has_a_code_with_what_it_is_for_and_its_address_beside_it() -> None:
    pdf = render(notice(Paragraph("内容"), ScanCode(ADDRESS, "扫码查看办理进度")), AT)
    text = in_one_line(pdf)
    assert "扫码查看办理进度" in text
    assert ADDRESS in text
