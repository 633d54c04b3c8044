"""What came of it: per case the time to money and who did what, our ledger beside the bank's book, and the
figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from console.demo.board import TOLD, Board, Story
from console.demo.people import ENTERPRISE, FINANCE, DemoPeople
from console.demo.preparation import Stage
from console.demo.scene import MODE_NAMES
from console.demo.sign_ins import SignIn
from console.operating.checks.bank_book import BankBook
from console.operating.checks.report import Report
from contracts.money import Money

ACCOUNT_NAMES = {
    "appropriation": "已下达",
    "available": "可用",
    "reserved": "预留",
    "paid": "净支出",
    "swept": "上收",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the demonstration is judged by.

    Amounts in fen, times in seconds; a time that is not known is absent.
    """

    settled: int
    total_fen: int
    bank_credits: int
    bank_fen: int
    verdicts: Mapping[str, bool]
    setup_s: float
    p50_s: float | None
    p99_s: float | None
    told: int

    def shortfalls(self, board: Board) -> list[str]:
        """Every figure that is not what the scene promises."""
        wanted, fen = len(board.stories), board.scene.total_fen
        wrong = [
            f"{name} 应为 {right}，实为 {found}"
            for name, right, found in (
                ("到账笔数", wanted, self.settled),
                ("到账金额（分）", fen, self.total_fen),
                ("银行入账笔数", wanted, self.bank_credits),
                ("银行入账金额（分）", fen, self.bank_fen),
                ("收到通知的企业", wanted, self.told),
            )
            if right != found
        ]
        wrong += [
            f"{story.claim.enterprise.name} 应得 {story.claim.expected_fen} 分，实得 {story.paid_fen} 分"
            for story in board.paid
            if story.paid_fen != story.claim.expected_fen
        ]
        return wrong + [f"不变式 {letter} 不成立" for letter, holds in self.verdicts.items() if not holds]

    def as_json(self) -> dict[str, Any]:
        return {
            "settled": self.settled,
            "total_fen": self.total_fen,
            "bank_credits": self.bank_credits,
            "verify": dict(self.verdicts),
            "setup_s": round(self.setup_s, 3),
            "p50_submit_to_paid_s": _rounded(self.p50_s),
            "p99_submit_to_paid_s": _rounded(self.p99_s),
        }


def figures(board: Board, book: BankBook, report: Report, setup_s: float) -> Figures:
    """Counted from what was seen on the worklists and from the bank's own book."""
    ours = {story.instruction_id for story in board.paid}
    credits = [credit for credit in book.credits if credit.instruction_id in ours and credit.status == "settled"]
    seconds = sorted(story.seconds for story in board.paid if story.seconds is not None)
    return Figures(
        settled=len(board.paid),
        total_fen=sum(story.paid_fen for story in board.paid),
        bank_credits=len(credits),
        bank_fen=sum(credit.amount_fen for credit in credits),
        verdicts=report.verdicts(),
        setup_s=setup_s,
        p50_s=percentile(seconds, 50),
        p99_s=percentile(seconds, 99),
        told=len(board.at(TOLD)),
    )


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest-rank percentile of ascending values; None of nothing."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None


def show_cases(board: Board, people: DemoPeople, console: Console) -> None:
    """One line per case: who did what, and how long it took until the money was there."""
    table = Table(title="逐件：从申报到到账 · from submission to money", pad_edge=False)
    table.add_column("收件编号", no_wrap=True)
    table.add_column("企业", overflow="fold")
    table.add_column("事项", overflow="fold")
    table.add_column("方式", no_wrap=True)
    table.add_column("金额（元）", justify="right", no_wrap=True)
    table.add_column("申报→到账", justify="right", no_wrap=True)
    table.add_column("申报或推送 → 审核 → 复核拨付", overflow="fold")
    for story in board.stories.values():
        seconds = f"{story.seconds:.1f} 秒" if story.seconds is not None else "—"
        hands = (_office(people, each) for each in (story.filed_by, story.approved_by, story.authorised_by))
        table.add_row(
            story.receipt or "—",
            story.claim.enterprise.name,
            f"{story.claim.item} {story.item_title}",
            MODE_NAMES.get(story.mode, story.mode),
            Money(story.paid_fen).yuan_text(),
            seconds,
            " → ".join(hands),
        )
    console.print(table)


def show_totals(stage: Stage, book: BankBook, console: Console) -> None:
    """Our ledger beside the bank's book: what we say was paid, and what the bank says."""
    totals = stage.door.ask("/ledger/totals", token=stage.people.token(FINANCE))
    table = Table("", "直达资金账", "银行账本", title="总账与银行 · ledger and bank")
    table.add_row("已到账（笔）", str(totals["settled_count"]), str(book.totals.settled_count))
    table.add_row("已到账（元）", Money(totals["settled_fen"]).yuan_text(), Money(book.totals.settled_fen).yuan_text())
    table.add_row("已退汇（笔）", str(totals["returned_count"]), str(book.totals.returned_count))
    for account, fen in totals["accounts"].items():
        table.add_row(f"科目 {ACCOUNT_NAMES.get(account, account)}（元）", Money(fen).yuan_text(), "")
    console.print(table)


def show_way_on(stage: Stage, board: Board, url: str, console: Console) -> None:
    """Where one case can be followed, and how everybody signs in."""
    followed = _one_to_follow(board)
    if followed is not None:
        console.print("跟踪一个办件 · follow one case：", style="bold")
        console.print(f"  {url}/track/{followed.receipt}?code={followed.query_code}", style="cyan", markup=False)
    table = Table("岗位", "令牌 bearer token", title=f"登录 · sign in at {url}/api/v1")
    for name, token in stage.people.sign_in_list():
        table.add_row(name, token)
    console.print(table)


def show_sign_ins(people: Sequence[SignIn], url: str, console: Console) -> None:
    """One name per audience, and what each can try."""
    table = Table(
        "登录名", "口令", "动态口令", "岗位", "可以试试", title=f"网页 · the pages: {url}/sign-in", show_lines=True
    )
    for each in people:
        code = f"./zhida code {each.login}" if each.secret else "—"
        table.add_row(each.login, each.password, code, each.office, each.to_try)
    console.print(table)


def show_success(figures: Figures, console: Console) -> None:
    """The one line that everybody came for."""
    p50, p99 = (f"{each:.1f} 秒" if each is not None else "—" for each in (figures.p50_s, figures.p99_s))
    console.print(
        f"✓ {figures.settled} 家企业、{figures.settled} 笔、¥{Money(figures.total_fen).yuan_text()}，银行账本逐笔相符；"
        f"从申报到到账中位 {p50}，99% 不超过 {p99}；A–F 全部成立。",
        style="bold green",
        markup=False,
    )


def _office(people: DemoPeople, actor_id: str | None) -> str:
    """Who it was, by office; an enterprise is just the enterprise, whose name stands beside."""
    if actor_id is not None and actor_id.startswith(ENTERPRISE):
        return "企业"
    return people.name_of(actor_id).removeprefix("章贡区").removeprefix("行政审批局")


def _one_to_follow(board: Board) -> Story | None:
    """The case with the most to see: one with a site inspection where there is one."""
    traceable = [story for story in board.paid if story.query_code]
    return max(traceable, key=lambda story: (story.mode == "committed", story.paid_fen), default=None)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
