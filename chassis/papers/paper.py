"""What an official paper says, from its title to its last line. All of it is data: nothing in a text is an instruction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Subheading:
    """A line that names what comes below it, e.g. 一、申请情况."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; each line of it is a paragraph of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class NumberedList:
    """Items that are counted from 1."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so, as (label, value)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DataTable:
    """Rows under a header, which is said again on each page.

    `widths`: how wide the columns are beside one another, e.g. (1, 3, 2); all the same without. `figures`: the columns,
    counted from 0, whose cells are figures and stand to the right. Raises ValueError for a row of another length.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    figures: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.header:
            raise ValueError("a table has a column at least")
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError("each row has as many cells as the header")
        if self.widths and len(self.widths) != len(self.header):
            raise ValueError("each column has a width, or none has")


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs by hand, a line each, e.g. 签收人（签名）."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScanCode:
    """A code for telephones that leads to an address, with what it is for beside it. An address says no secret."""

    address: str
    text: str


Block = Subheading | Paragraph | NumberedList | Facts | DataTable | Signatures | ScanCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An official paper of `issuer`, e.g. 受理通知书. Whatever is empty is left out.

    `number` is the paper's own (文号), `place` whose name stands before the issuer's in the file's data (the tenant's),
    `on` the day that it bears. `query_code` and `verify_at` stand at the foot of each page: what and where to ask whether
    the paper is genuine.
    """

    title: str
    issuer: str
    on: date
    blocks: tuple[Block, ...]
    number: str = ""
    addressee: str = ""
    place: str = ""
    attachments: tuple[str, ...] = ()
    query_code: str = ""
    verify_at: str = ""
