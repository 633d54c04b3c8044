"""The scene on a terminal: every case in the column where it stands. Elsewhere: one line per move."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from console.demo.board import STAGES, Board, Story
from console.demo.scene import MODE_NAMES
from contracts.money import Money

NOTES_SHOWN = 4
HUNDRED_YUAN = 10_000
"""In fen: as fine as a label on the board needs to be."""

COLOURS = {"no_application": "green", "instant": "cyan", "committed": "magenta"}


class Lines:
    """For what is no terminal: prints what happens, as it happens."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def watch(self, board: Board) -> Lines:
        """Nothing to prepare."""
        return self

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Picture:
    """For a terminal: the board, drawn eight times a second. Use as a context manager after `watch`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._board: Board | None = None
        self._live: Live | None = None

    def __call__(self, line: str) -> None:
        """What happened is seen on the board itself."""

    def watch(self, board: Board) -> Picture:
        self._board = board
        return self

    def __enter__(self) -> Picture:
        self._live = Live(console=self._console, get_renderable=self._draw, refresh_per_second=8)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def _draw(self) -> RenderableType:
        assert self._board is not None, "a picture needs a board to show"
        return draw(self._board)


def draw(board: Board) -> RenderableType:
    """The whole board as it stands now."""
    table = Table(expand=True, show_lines=False, pad_edge=False)
    columns = [board.at(stage) for stage in range(len(STAGES))]
    for name, stories in zip(STAGES, columns, strict=True):
        table.add_column(f"{name} {len(stories)}", ratio=1, overflow="fold")
    table.add_row(*(Group(*map(_label, stories)) for stories in columns))
    paid = Money(sum(story.paid_fen for story in board.paid))
    legend = "  ".join(f"[{COLOURS[mode]}]■[/] {name}" for mode, name in MODE_NAMES.items())
    title = f"直达 · 章贡区上线首日（示例）  {board.clock()}"
    promised = Money(board.scene.total_fen)
    total = f"到账 {len(board.paid)}/{len(board.stories)} 笔  ¥{paid.yuan_text()} / ¥{promised.yuan_text()}"
    notes = [Text(note, style="yellow") for note in board.notes[-NOTES_SHOWN:]]
    return Group(Panel(f"{total}    {legend}", title=title), table, *notes)


def _label(story: Story) -> Text:
    shown = Money(story.claim.expected_fen // HUNDRED_YUAN * HUNDRED_YUAN)
    text = f"{story.claim.number:02d} {shown.wan_text()}万"
    return Text(text + (" ⚠" if story.trouble else ""), style=COLOURS.get(story.mode, "white"))
