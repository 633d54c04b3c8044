"""Papers for tests, and looking into the files that are made of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from chassis.papers.paper import Block, DataTable, Facts, NumberedList, Paper, Paragraph, Signatures, Subheading

AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def notice(*blocks: Block, **other: Any) -> Paper:
    """A 受理通知书 with these blocks, or with one of each kind."""
    said: dict[str, Any] = {
        "title": "受理通知书",
        "number": "兴工信受〔2026〕17号",
        "issuer": "兴国县工业和信息化局",
        "place": "江西省兴国县",
        "addressee": "江西样本科技有限公司",
        "on": date(2026, 12, 1),
        "blocks": blocks or ONE_OF_EACH,
        "attachments": ("受理材料清单", "送达地址确认书"),
        "query_code": "R-2026-0017",
        "verify_at": "https://zhida.example/verify",
    }
    return Paper(**said | other)


ONE_OF_EACH: tuple[Block, ...] = (
    Paragraph("你单位提交的首次升规奖励申请，材料齐全，本机关决定予以受理。\n办理期限为5个工作日。"),
    Subheading("一、申请情况"),
    Facts((("申请人", "江西样本科技有限公司"), ("统一社会信用代码", "91360732MA35ABCD1X"))),
    NumberedList(("营业执照", "升规证明")),
    DataTable(("年度", "金额（元）"), (("2025", "200,000.00"), ("2026", "0.00")), widths=(1, 3), figures=(1,)),
    Signatures(("签收人（签名）",)),
)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    """All that can be read, with the page breaks as line breaks and without the places where long words may break."""
    return "\n".join(page.extract_text() for page in read(pdf).pages).replace("\u200b", "")


def in_one_line(pdf: bytes) -> str:
    return text_of(pdf).replace("\n", "")
