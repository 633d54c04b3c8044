"""What `./zhida verify` prints is read in a narrow terminal, however many places there are."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from console.operating.checks.report import Finding, Report
from console.operating.verify import MOST_SHOWN, show

TENANTS = tuple(f"c{number:03d}" for number in range(60))


def printed(report: Report) -> str:
    file = StringIO()
    show(report, Console(file=file, width=80))
    return file.getvalue()


def test_the_invariants_stand_in_whole_words_beside_sixty_places() -> None:
    text = printed(Report(TENANTS))
    assert "不重付：一个指令号至多一笔入账" in text
    assert sum(tenant in text for tenant in TENANTS) == MOST_SHOWN
    assert "另有 20 个地区无异常" in text


def test_a_place_with_something_wrong_stands_first_and_is_never_left_out() -> None:
    text = printed(Report(TENANTS, (Finding("C", "c059", "指标差 1 分"),)))
    assert text.index("c059") < text.index("c000")
    assert "✗ C c059：指标差 1 分" in text


def test_every_place_with_something_wrong_is_listed() -> None:
    wrong = tuple(Finding("A", tenant, "重付") for tenant in TENANTS[:50])
    text = printed(Report(TENANTS, wrong))
    assert all(f"│ {tenant}" in text for tenant in TENANTS[:50])
    assert "另有 10 个地区无异常" in text
