"""Where every case is, as the people's own worklists show it; told to whoever watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from console.demo.scene import Claimed, Scene

STAGES = ("待申报", "部门审核", "待复核拨付", "银行处理", "已到账", "已收到通知")
WAITING, REVIEW, RELEASE, BANK, PAID, TOLD = range(len(STAGES))


@dataclass(slots=True)
class Story:
    """One claim's way, with what is known of it so far. Instants are UTC; who did what is an actor id."""

    claim: Claimed
    stage: int = WAITING
    receipt: str | None = None
    query_code: str | None = None
    case_id: str | None = None
    mode: str = ""
    item_title: str = ""
    filed_by: str | None = None
    approved_by: str | None = None
    authorised_by: str | None = None
    submitted_at: datetime | None = None
    paid_at: datetime | None = None
    paid_fen: int = 0
    instruction_id: str | None = None
    trouble: str | None = None

    @property
    def seconds(self) -> float | None:
        """From the submission to the money."""
        if self.submitted_at is None or self.paid_at is None:
            return None
        return (self.paid_at - self.submitted_at).total_seconds()


Listener = Callable[[str], None]


class Board:
    """All stories of a scene. `listen` gets one line for whatever happens; several threads write here."""

    def __init__(self, scene: Scene, listen: Listener) -> None:
        self.scene = scene
        self.stories = {
            claim.number: Story(claim, mode=scene.mode_of(claim.item), item_title=str(scene.items[claim.item]["title"]))
            for claim in scene.claims
        }
        self.notes: list[str] = []
        self.began = time.monotonic()
        self._listen = listen
        self._by_enterprise = {(claim.enterprise.uscc, claim.item): claim.number for claim in scene.claims}
        self._mutex = threading.Lock()

    def story_of(self, uscc: str, item_id: str, items: dict[str, str]) -> Story | None:
        """The story of a claim as the services name it; None for one that is not of this scene."""
        code = next((code for code, id in items.items() if id == item_id), "")
        number = self._by_enterprise.get((uscc, code))
        return None if number is None else self.stories[number]

    def advance(self, story: Story, stage: int) -> None:
        """Move a case on; it never moves back, whichever worklist is read last."""
        with self._mutex:
            if stage <= story.stage:
                return
            story.stage = stage
        amount = f"{story.claim.expected_fen / 100:,.2f} 元"
        self._listen(f"{self.clock()}  {STAGES[stage]}  {story.claim.enterprise.name}  {story.item_title}  {amount}")

    def complain(self, story: Story, trouble: str) -> None:
        """Something stands in this case's way; said once."""
        if story.trouble != trouble:
            story.trouble = trouble
            self.note(f"{story.claim.enterprise.name}：{trouble}")

    def note(self, text: str) -> None:
        """One line that stays."""
        with self._mutex:
            self.notes.append(f"{self.clock()}  {text}")
        self._listen(self.notes[-1])

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step of whoever reports progress here, such as a restart."""
        self.note(name)
        yield

    def at(self, stage: int) -> list[Story]:
        """The stories at exactly this stage."""
        return [story for story in self.stories.values() if story.stage == stage]

    @property
    def finished(self) -> bool:
        """Whether everybody is paid and told, and everybody's receipt is known."""
        return all(story.stage == TOLD and story.query_code for story in self.stories.values())

    @property
    def paid(self) -> list[Story]:
        return [story for story in self.stories.values() if story.stage >= PAID]

    def clock(self) -> str:
        """Minutes and seconds since the scene began."""
        minutes, seconds = divmod(time.monotonic() - self.began, 60)
        return f"{int(minutes):02d}:{seconds:04.1f}"
