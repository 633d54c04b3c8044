"""How much a table may be, and what turning a workbook into one may take: a small file can say that it is endless.

They fit the catalogue's container (k8s/base/catalog.yaml): conversions beside each other, matching and an import within
its memory; what they write, and the copies that are kept, within its folder for temporary files.
"""

from __future__ import annotations

from contracts.refusal import Invalid

MIB = 1024 * 1024

MOST_LINES = 2_000_000
"""Lines of a table, empty ones included. A city has 300,000 enterprises."""

MOST_COLUMNS = 1_000
MOST_CELLS = 30_000_000
"""Cells of a workbook once its rows are as long as its widest: a million enterprises with thirty columns."""

LARGEST_FILE = 256 * MIB
"""Bytes of one file: what may be uploaded, and what a conversion may write into one."""

UNFOLDED = 2048 * MIB
"""Bytes of a workbook's parts together, once they are unpacked: read as a stream, never kept."""

MOST_PARTS = 10_000
MEMORY = 1536 * MIB
PROCESSOR_SECONDS = 120
"""300,000 rows of 16 columns take 10."""

OPEN_FILES = 64
CONVERSIONS_AT_ONCE = 2

TOO_LARGE = "内容过大，请拆分后上传"
TOO_LONG = "处理时间过长，请拆分后上传"


class TableTooLarge(Invalid):
    """The table, or what a workbook unfolds to, is more than is taken: lines, columns, cells, bytes, memory or time."""

    code = "table_too_large"
    sentence = "表格过大：{why}。"
