"""A paper as a PDF file that can be kept for good: PDF/A-2a (ISO 19005-2, level A) and PDF/UA-1 (ISO 14289-1).

Setting a page takes some five milliseconds of processor time, the first in a process 0.2 s more; the setter lets go of the
interpreter meanwhile. A service has it done beside its green threads: `issuing.py`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import typst

from chassis.papers.codes import drawing_of
from chassis.papers.letters import fitted, folders
from chassis.papers.paper import Block, DataTable, Paper, ScanCode

LAYOUT = Path(__file__).with_name("layout.typ")
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
SEALED_STANDARDS: list[typst.PDFStandard] = ["a-2a"]
"""Nobody can say for a seal that is added later that a screen reader finds it, as PDF/UA asks for."""

UNSEALED = "未加盖电子印章，仅供核对"


def render(paper: Paper, at: datetime, *, for_seal: bool = False) -> bytes:
    """The file, made at `at` (aware): the same bytes for the same paper, instant and version of the setter.

    It says 未加盖电子印章，仅供核对 on each page; `for_seal` leaves that out, and is for whoever seals it (`seal.py`): the
    place for the seal is then empty. The file's data name title, issuer, number and language.
    """
    said = fitted_whole(_said(paper, for_seal))
    return set_as_pdf(LAYOUT, said, at, SEALED_STANDARDS if for_seal else STANDARDS)


def set_as_pdf(layout: Path, said: dict[str, Any], at: datetime, standards: list[typst.PDFStandard]) -> bytes:
    """What is said (`fitted_whole`) in a layout of ours, which finds it as `sys.inputs.said`."""
    return typst.compile(
        _layout(layout),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"said": orjson.dumps(said).decode()},
        pdf_standards=standards,
        timestamp=int(at.timestamp()),
    )


@lru_cache(maxsize=8)
def _layout(path: Path) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders())


def _said(paper: Paper, for_seal: bool) -> dict[str, Any]:
    foot = (("查询码：", paper.query_code), ("核验地址：", paper.verify_at))
    return {
        "name": f"{paper.title} {paper.number}".rstrip(),
        "title": paper.title,
        "author": f"{paper.place} {paper.issuer}".strip(),
        "keywords": [each for each in (paper.number, paper.query_code) if each],
        "issuer": paper.issuer,
        "number": paper.number,
        "addressee": f"{paper.addressee}：" if paper.addressee else "",
        "blocks": [_block(block, last=block is paper.blocks[-1]) for block in paper.blocks],
        "attachments": list(zip(_labels(len(paper.attachments)), paper.attachments, strict=True)),
        "on": f"{paper.on.year}年{paper.on.month}月{paper.on.day}日",
        "foot": "　".join(f"{label}{value}" for label, value in foot if value),
        "page": ["第", "页，共", "页"],
        "dated": "日期：",
        "unsealed": "" if for_seal else UNSEALED,
    }


def _block(block: Block, *, last: bool) -> dict[str, Any]:
    said = {"kind": type(block).__name__.lower(), "last": last, **asdict(block)}
    if isinstance(block, DataTable):
        said["widths"] = block.widths or (1,) * len(block.header)
    if isinstance(block, ScanCode):
        said["code"] = drawing_of(block.address)
    return said


def _labels(count: int) -> list[str]:
    """附件： before the only one; before several they are counted, and the word stands once."""
    return ["附件："] * count if count == 1 else [f"{'附件：' if n == 0 else '　　　'}{n + 1}．" for n in range(count)]


def fitted_whole(said: Any) -> Any:
    """The same with each text in characters that can be set."""
    match said:
        case str():
            return fitted(said)
        case dict():
            return {key: fitted_whole(value) for key, value in said.items()}
        case list() | tuple():
            return [fitted_whole(each) for each in said]
    return said
