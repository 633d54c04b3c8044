"""An official paper: what it says can be read out of the file, which is made to be kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.papers.letters import fitted
from chassis.papers.paper import DataTable, Facts, NumberedList, Paragraph, Subheading
from chassis.papers.rendering import UNSEALED, render
from tests.paper_kit import AT, in_one_line, notice, read, text_of


def test_everything_that_a_paper_says_can_be_read() -> None:
    text = text_of(render(notice(), AT))
    for words in (
        "受理通知书",
        "兴工信受〔2026〕17号",
        "江西样本科技有限公司：",
        "办理期限为5个工作日。",
        "一、申请情况",
        "统一社会信用代码 91360732MA35ABCD1X",
        "1．营业执照",
        "2．升规证明",
        "2025 200,000.00",
        "签收人（签名）",
        "附件：1．受理材料清单",
        "2．送达地址确认书",
        "2026年12月1日",
        "查询码：R-2026-0017",
        "https://zhida.example/verify",
        "第1页，共1页",
    ):
        assert words in text, words
    assert text.count("兴国县工业和信息化局") == 2, "above the title and at the place of the seal"


def test_it_is_archivable_and_accessible() -> None:
    reader = read(render(notice(), AT))
    root = reader.trailer["/Root"].get_object()
    metadata = root["/Metadata"].get_object().get_data().decode()
    for claim in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert claim in metadata
    intent = root["/OutputIntents"][0].get_object()
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp", "a colour profile, inside the file"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert not reader.is_encrypted
    assert not {"/AcroForm", "/OpenAction", "/AA"} & root.keys()


def test_what_is_to_be_sealed_claims_to_be_archivable_and_no_more() -> None:
    metadata = read(render(notice(), AT, for_seal=True)).trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2<" in metadata
    assert "<pdfaid:conformance>A<" in metadata
    assert "pdfuaid:part>" not in metadata, "whoever seals it adds what we have not set"


def test_every_font_is_inside_and_says_which_characters_it_draws() -> None:
    fonts = [
        font.get_object() for page in read(render(notice(), AT)).pages for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        (drawn,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & drawn.get_object()["/FontDescriptor"].get_object().keys()
        assert "/ToUnicode" in font
        assert "Noto" in font["/BaseFont"]


def test_the_file_says_what_it_is_and_whose() -> None:
    reader = read(render(notice(), AT))
    assert reader.metadata is not None
    assert reader.metadata.title == "受理通知书 兴工信受〔2026〕17号"
    assert reader.metadata.author == "江西省兴国县 兴国县工业和信息化局"
    assert reader.metadata["/Keywords"] == "兴工信受〔2026〕17号, R-2026-0017"
    assert reader.metadata.creation_date == AT
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_the_same_paper_of_the_same_instant_is_the_same_to_the_byte() -> None:
    first = render(notice(), AT)
    assert render(notice(Paragraph("别的")), AT) != first
    assert render(notice(), AT) == first
    assert render(notice(), AT + timedelta(seconds=1)) != first


def test_without_a_seal_it_says_so_on_each_page_and_at_the_place_of_the_seal() -> None:
    paper = notice(Paragraph("内容"), DataTable(("序号",), tuple((str(n),) for n in range(60))))
    pages = [page.extract_text() for page in read(render(paper, AT)).pages]
    assert len(pages) > 1
    assert all(UNSEALED in page for page in pages)
    assert pages[-1].count(UNSEALED) == 2


def test_for_a_seal_it_keeps_a_place_free_and_says_nothing_of_the_kind() -> None:
    reader = read(render(notice(), AT, for_seal=True))
    place = reader.named_destinations["seal"]
    assert UNSEALED not in "".join(page.extract_text() for page in reader.pages)
    assert reader.get_destination_page_number(place) == len(reader.pages) - 1
    width, _height = (float(side) for side in reader.pages[-1].mediabox[2:])
    assert place.left is not None
    assert place.top is not None
    assert float(place.left) + 62 * 72 / 25.4 < width
    assert float(place.top) - 45 * 72 / 25.4 > 0


@pytest.mark.parametrize("attachments", [(), ("清单",)])
def test_the_place_of_the_seal_is_never_alone_on_a_page(attachments: tuple[str, ...]) -> None:
    lines = range(10, 40)
    pages = set()
    for count in lines:
        text = "\n".join(f"第{number}项内容" for number in range(1, count + 1))
        reader = read(render(notice(Paragraph(text), attachments=attachments), AT, for_seal=True))
        pages.add(len(reader.pages))
        last = reader.pages[-1].extract_text()
        assert ("附件" if attachments else f"第{count}项内容") in last
    assert pages == {1, 2}, "the border between the pages lies within"


def test_text_is_never_an_instruction() -> None:
    strange = (
        '#panic("x") #import "@preview/a:1" $x^2$ *粗* _斜_ `码` @label <label> = 一 - 二 + 三 / 四: 五 // 注 /* 注 */ '
        "\\u{41} \\ ~ -- --- ... \"直\" '单' [方] {花} #(1+1) &lt; %s {0}"
    )
    everywhere = notice(
        Subheading(strange),
        Paragraph(strange),
        NumberedList((strange,)),
        Facts(((strange, strange),)),
        DataTable((strange,), ((strange,),)),
        addressee=strange,
        attachments=(strange,),
    )
    text = re.sub(r"\s", "", text_of(render(everywhere, AT)))
    assert text.count(re.sub(r"\s", "", strange)) == 9


def test_whatever_names_the_paper_may_hold_such_signs_too() -> None:
    strange = "#let x = 1; $a$ *b* \\ @c"
    reader = read(render(notice(title=strange, number=strange, issuer=strange, query_code=strange, place=""), AT))
    assert reader.metadata is not None
    assert reader.metadata.title == f"{strange} {strange}"
    assert reader.metadata.author == strange


@pytest.mark.parametrize("character", ["𠮷", "𬱖", "〇", "㐂", "é", "㎡", "①"])
def test_rare_characters_are_set_as_themselves(character: str) -> None:
    assert f"（{character}）" in text_of(render(notice(Paragraph(f"（{character}）")), AT))


@pytest.mark.parametrize("character", ["😀", "\U0002a6d6", "\u0661"])
def test_a_character_without_a_letter_is_written_as_its_number(character: str) -> None:
    paper = notice(Paragraph(f"王{character}"), title=f"书{character}", addressee=character)
    assert f"王〔U+{ord(character):04X}〕" in text_of(render(paper, AT))


def test_what_is_not_seen_is_not_said() -> None:
    assert fitted("付\u202e款\u200b人\x00：\ufeff甲\u0007\ud800\ue000") == "付款人：甲"
    assert fitted("一\t二\u00a0三\r\n四\u2028五\u2029六") == "一 二 三\n四\n五\n六"
    assert fitted("葛\U000e0100辻\ufe00") == "葛辻"
    assert fitted("e\u0301") == "é"


def test_a_word_without_end_stays_on_the_page() -> None:
    word = "https://zhida.example/" + "a1b2" * 60
    paper = notice(Paragraph(f"见{word}。"), Facts((("地址", word),)), DataTable(("甲", "乙"), ((word, "短"),)))
    pdf = render(paper, AT)
    assert in_one_line(pdf).count(word) == 3
    assert max(map(len, text_of(pdf).splitlines())) < 90, "what is one line here would have left the page"


def test_a_table_over_two_pages_says_its_header_on_both() -> None:
    rows = tuple((str(number), f"第{number}笔", f"{number * 1000:,}.00") for number in range(1, 61))
    pages = [
        page.extract_text()
        for page in read(render(notice(DataTable(("序号", "事项", "金额（元）"), rows, (1, 3, 2), (2,))), AT)).pages
    ]
    with_rows = [page for page in pages if "笔" in page]
    assert len(with_rows) >= 2
    assert all("序号 事项 金额（元）" in page for page in with_rows)
    assert [number for page in pages for number in map(int, re.findall(r"第(\d+)笔", page))] == list(range(1, 61))


def test_whatever_is_empty_is_left_out() -> None:
    bare = replace(
        notice(Paragraph("内容")), number="", addressee="", place="", attachments=(), query_code="", verify_at=""
    )
    text = text_of(render(bare, AT))
    for label in ("附件", "查询码", "核验地址", "〔", "："):
        assert label not in text
    assert "内容" in text_of(render(replace(bare, blocks=(Paragraph("内容"), NumberedList(()), Facts(()))), AT))
    assert "受理通知书" in text_of(render(replace(bare, blocks=()), AT))


def test_a_single_attachment_is_not_counted() -> None:
    assert "附件：清单" in text_of(render(notice(attachments=("清单",)), AT))


def test_a_table_has_as_many_cells_in_each_row_as_in_its_header() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        DataTable(("甲", "乙"), (("一",),))
    with pytest.raises(ValueError, match="width"):
        DataTable(("甲", "乙"), (), widths=(1,))
    with pytest.raises(ValueError, match="column"):
        DataTable((), ())
