"""The demonstration's board, its figures and its picture, without a cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from console.demo.board import PAID, REVIEW, STAGES, TOLD, Board
from console.demo.ending import figures, percentile
from console.demo.scene import PLACES, first_day
from console.demo.view import Lines, Picture, draw
from console.operating.checks.bank_book import BankBook, Credit, Totals
from console.operating.checks.report import INVARIANTS, Finding, Report

MORNING = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
SOUND = Report(tenants=("zhanggong",))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def board(said: list[str]) -> Board:
    return Board(first_day(), said.append)


@pytest.fixture
def paid_board(board: Board) -> Board:
    """Everybody is paid what was promised, the n-th n seconds after filing, and told."""
    for number, story in board.stories.items():
        story.submitted_at, story.paid_at = MORNING, MORNING + timedelta(seconds=number)
        story.instruction_id, story.paid_fen = f"i-{number}", story.claim.expected_fen
        story.query_code = "CODE"
        board.advance(story, TOLD)
    return board


def book_of(board: Board) -> BankBook:
    credits = tuple(
        Credit(
            instruction_id=str(story.instruction_id),
            bank_reference="SBK1",
            debtor_account="POOL-zhanggong",
            creditor_account="1",
            creditor_name=story.claim.enterprise.name,
            amount_fen=story.paid_fen,
            status="settled",
            attempts_seen=1,
        )
        for story in board.stories.values()
    )
    total = sum(credit.amount_fen for credit in credits)
    totals = Totals(settled_count=24, settled_fen=total, returned_count=0, returned_fen=0)
    return BankBook(credits, totals)


def test_the_first_day_is_24_enterprises_and_five_million_yuan_in_three_modes() -> None:
    day = first_day()
    assert len({claim.enterprise.uscc for claim in day.claims}) == 24
    assert day.total_fen == 500_000_000
    assert {day.mode_of(code) for code in day.items} == {"no_application", "instant", "committed"}
    assert all("示例" in str(content["title"]) or content["sample"] for content in day.items.values())


def test_parents_are_onboarded_before_their_counties() -> None:
    known: set[str | None] = {None}
    for place in PLACES:
        assert place.parent_id in known
        known.add(place.id)
    assert {place.division_code for place in PLACES} == {"3607", "360732", "360702"}


def test_a_case_never_moves_back_whichever_worklist_is_read_last(board: Board, said: list[str]) -> None:
    story = board.stories[1]
    board.advance(story, PAID)
    board.advance(story, REVIEW)
    assert story.stage == PAID
    assert len(said) == 1
    assert STAGES[PAID] in said[0]


def test_a_trouble_is_told_once(board: Board) -> None:
    for _ in range(3):
        board.complain(board.stories[1], "缺少数据")
    assert len(board.notes) == 1


def test_the_day_is_over_when_everybody_is_paid_and_told(paid_board: Board) -> None:
    assert paid_board.finished
    paid_board.stories[3].query_code = None
    assert not paid_board.finished


def test_the_figures_are_what_was_promised(paid_board: Board) -> None:
    found = figures(paid_board, book_of(paid_board), SOUND, setup_s=1.5)
    assert found.shortfalls(paid_board) == []
    assert found.as_json() == {
        "settled": 24,
        "total_fen": 500_000_000,
        "bank_credits": 24,
        "verify": dict.fromkeys(INVARIANTS, True),
        "setup_s": 1.5,
        "p50_submit_to_paid_s": 12.0,
        "p99_submit_to_paid_s": 24.0,
    }


def test_every_figure_that_is_off_is_named(paid_board: Board) -> None:
    paid_board.stories[1].paid_fen -= 1
    book = book_of(paid_board)
    short = BankBook(book.credits[:-1], book.totals)
    wrong = figures(paid_board, short, Report((), (Finding("C", None, "差 1 分"),)), setup_s=0).shortfalls(paid_board)
    assert [line.split(" ", 1)[0] for line in wrong] == [
        "到账金额（分）",
        "银行入账笔数",
        "银行入账金额（分）",
        "示例企业01（科技型中小企业）",
        "不变式",
    ]


def test_nobody_paid_has_no_times(board: Board) -> None:
    found = figures(board, book_of(board), SOUND, setup_s=0)
    assert (found.settled, found.p50_s, found.p99_s) == (0, None, None)


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (99, 4.0), (1, 1.0), (100, 4.0)])
def test_percentiles_are_values_that_occurred(percent: int, value: float) -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], percent) == value


def test_a_terminal_sees_the_board_live_and_everything_else_a_line_per_move(board: Board) -> None:
    terminal = Console(width=120, file=StringIO(), force_terminal=True)
    with Picture(terminal).watch(board):
        board.advance(board.stories[1], PAID)
    assert "已到账 1" in terminal.file.getvalue()  # type: ignore[attr-defined]
    log = Console(width=120, file=StringIO())
    with Lines(log).watch(board):
        Lines(log)("00:01.0  已到账")
    assert log.file.getvalue() == "00:01.0  已到账\n"  # type: ignore[attr-defined]


def test_the_picture_shows_every_case_in_its_column(paid_board: Board) -> None:
    console = Console(width=120, record=True, file=StringIO())
    console.print(draw(paid_board))
    drawn = console.export_text()
    assert "已收到通知 24" in drawn
    assert "24/24" in drawn
    assert "¥5,000,000.00" in drawn
    assert all(f"{number:02d} " in drawn for number in range(1, 25))
