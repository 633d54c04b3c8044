"""Long cases in the running house: many steps, many hands, an undo window, and days that pass at once.

Everything that the plan of `long_scene_kit` asks for is done; approvals are given in bulk, taken back once, and given again one by
one. Everybody is a small loop over their own worklist, as in the demonstration.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from long_scene_kit import ASKED, list_of, times_of
from system_kit import House

from chassis.testing.waiting import eventually
from chassis.time.clock import CHINA
from console.demo.actors import Applicants, Checker, Player, Watcher, play
from console.demo.board import Board, Story
from console.demo.door import RequestRefused
from console.demo.people import leader_of, officer_of
from console.demo.preparation import Stage

DAYS_PASS = """
WITH over AS (
    UPDATE public_notice SET ends_at = now() - interval '2 minutes' WHERE state = 'running' AND ends_at > now()
    RETURNING case_id || '/' || id AS subject)
UPDATE job SET due_at = now() FROM over WHERE job.kind = 'public_notice_look' AND job.subject = over.subject
"""
WINDOWS_CLOSE = """
WITH closed AS (
    UPDATE review_case SET undo_until = now()
    WHERE undo_until > now() AND id IN (SELECT case_id FROM undone_decision) RETURNING id)
UPDATE job SET due_at = now() FROM closed
WHERE job.kind IN ('release_decision', 'instalment_look') AND job.subject = closed.id
"""
"""What a day and half an hour would bring; a window closes for those whose decision was taken back once."""


class Desk(Player):
    """Whatever lies on the work lists of the item's department and its enterprises, step by step."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event, house: House, approves: bool) -> None:
        super().__init__(stage, board, closing)
        (department,) = stage.scene.departments
        self._approves = approves
        self._officer = stage.people.token(officer_of(department))
        self._leader = stage.people.token(leader_of(department))
        self._house = house

    def step(self) -> bool:
        ready: list[dict[str, Any]] = []
        for case in self.door.everything("/cases", token=self._officer):
            story = self.story(case["claim"])
            if story is None:
                continue
            with self._complaining(story):
                self._next(case, story)
            if case["instalment"] == 1 and case["state"] == "accepted" and _doing(case) == {"approval"}:
                ready.append(case)
        if len(ready) == len(self.board.stories) and ready[0]["claim"]["mode"] != "no_application":
            with self._complaining(next(iter(self.board.stories.values()))):
                self._together(ready)
        return True

    @contextmanager
    def _complaining(self, story: Story) -> Iterator[None]:
        """409, 412: decided or changed meanwhile; the worklist will tell."""
        try:
            yield
        except RequestRefused as refused:
            if refused.status not in (409, 412):
                self.board.complain(story, str(refused))

    def _next(self, case: dict[str, Any], story: Story) -> None:
        if case["state"] == "accepted":
            self._advance(case, story)
        elif case["state"] == "approved" and not self._undone(case):
            self._on(case, "undo", {"reason": "再核对一次收款账户"}, token=self._leader)

    def _advance(self, case: dict[str, Any], story: Story) -> None:
        if self._is_first(case) and not self._mended(case, story):
            return
        doing = _doing(case)
        if "material_check" in doing:
            materials = [{"code": code, "means": "original_seen"} for code in case["unconfirmed_materials"]]
            self._on(case, "materials", {"materials": materials})
        elif "recheck" in doing:
            self._on(case, "recheck", {"met": True, "reason": "条件仍然具备"})
        elif self._approves and "approval" in doing and not _waits_for_batch(case) and self._is_single(case):
            opinion = {"amount_fen": case["amount_fen"], "opinion": "符合条件，同意兑现"}
            self._on(case, "approve", opinion, token=self._leader)

    def _is_single(self, case: dict[str, Any]) -> bool:
        """Whether it is approved by itself: the first approvals of the first instalments are given in bulk."""
        return not self._is_first(case) or self._undone(case)

    @staticmethod
    def _is_first(case: dict[str, Any]) -> bool:
        return case["instalment"] == 1 and case["claim"]["mode"] != "no_application"

    def _together(self, cases: Sequence[dict[str, Any]]) -> None:
        """Fix a batch of all, by two persons; then approve all in one go."""
        if any(map(_waits_for_batch, cases)):
            self._batch(cases[0]["claim"]["item_id"])
        elif self._approves and not any(map(self._undone, cases)):
            lines = [{"case_id": case["case_id"], "expected_version": case["version"]} for case in cases]
            key = f"test/bulk/{self.stage.scene.name}/{sum(case['version'] for case in cases)}"
            self.door.order("/cases/bulk-approvals", token=self._leader, key=key, body={"lines": lines})

    def _batch(self, item_id: str) -> None:
        known = self.door.ask("/quota-batches", token=self._officer, item_id=item_id)["items"]
        own = [each for each in known if each["name"].startswith(self.stage.scene.name)]
        batch = next((each for each in own if each["state"] in ("drawn", "proposed")), None)
        if batch is None:
            name, today = f"{self.stage.scene.name}-{len(own) + 1}", datetime.now(CHINA).date().isoformat()
            body = {"item_id": item_id, "name": name, "until": today}
            self.door.order("/quota-batches", token=self._officer, key=f"test/batch/{name}", body=body)
        else:
            verb, token = ("propose", self._officer) if batch["state"] == "drawn" else ("fix", self._leader)
            path, key = f"/quota-batches/{batch['batch_id']}/{verb}", f"test/{verb}/{batch['batch_id']}"
            self.door.order(path, token=token, key=key, version=batch["version"])

    def _mended(self, case: dict[str, Any], story: Story) -> bool:
        """Whether the enterprise has mended what it was asked to; it is asked once, and answers."""
        asked = self.door.ask(f"/cases/{case['case_id']}/supplements", token=self._officer)["items"]
        if not asked:
            (fact,) = story.claim.declared_facts
            code = f"{fact['name']}/{fact['period']}"
            point = {"about": "field", "code": code, "fault": "wrong", "text": "请与审计报告核对后重新填写"}
            self._on(case, "supplements", {"points": [point]})
            return False
        if asked[0]["state"] != "open":
            return True
        supplement, application = asked[0], case["claim"]["application_id"]
        (fact,) = story.claim.declared_facts
        answer = {"code": supplement["points"][0]["code"], "value": fact["value"], "unit": fact["unit"]}
        self.door.order(
            f"/applications/{application}/supplement/answer",
            token=self.stage.enterprise_token(story.claim.enterprise),
            key=f"test/answer/{supplement['supplement_id']}",
            body={"supplement_id": supplement["supplement_id"], "points": [answer]},
        )
        return False

    def _undone(self, case: dict[str, Any]) -> bool:
        undone = "SELECT count(*) FROM undone_decision WHERE case_id = %s"
        return self._house.count("review", undone, [case["case_id"]]) > 0

    def _on(self, case: dict[str, Any], verb: str, body: dict[str, Any], *, token: str | None = None) -> None:
        id, version = case["case_id"], case["version"]
        self.door.order(
            f"/cases/{id}/{verb}",
            token=token or self._officer,
            key=f"test/{verb}/{id}/{version}",
            body=body,
            version=version,
        )


def _doing(case: dict[str, Any]) -> set[str]:
    """The kinds of its steps that are open."""
    return {step["kind"] for step in case["steps"] if step["state"] == "open"}


def _waits_for_batch(case: dict[str, Any]) -> bool:
    return any(reason["code"] == "batch_not_fixed" for reason in case["obstacles"])


class AskedDepartment(Player):
    """A department that is asked in joint checks: nothing stands against anybody."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event, department: str) -> None:
        super().__init__(stage, board, closing)
        self._department = department
        self._token = stage.people.token(officer_of(department))

    def step(self) -> bool:
        for task in self.door.everything("/tasks", token=self._token, task="joint_check"):
            answer = {"answer": "clear", "source": self._department, "as_of": datetime.now(UTC).date().isoformat()}
            try:
                self.door.order(
                    f"/joint-checks/{task['task_id']}/answer",
                    token=self._token,
                    key=f"test/check/{task['task_id']}/{task['version']}",
                    body=answer,
                    version=task["version"],
                )
            except RequestRefused as refused:
                if refused.status not in (409, 412):
                    self.board.note(f"{self._department}：{refused}")
        return True


class Time(Player):
    """Days pass for the notices that are up, and half an hour for decisions that were taken back once."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event, house: House) -> None:
        super().__init__(stage, board, closing)
        self._house = house

    def step(self) -> bool:
        with self._house.database("review") as connection:
            for statement in (DAYS_PASS, WINDOWS_CLOSE):
                connection.execute(statement)
        return True


class Pusher(Player):
    """The department pushes the list of the scene."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event) -> None:
        super().__init__(stage, board, closing)
        (department,) = stage.scene.departments
        self._token = stage.people.token(officer_of(department))

    def step(self) -> bool:
        body = list_of(self.stage)
        key = f"demo/nomination/{self.stage.scene.name}"
        told = self.file("/nominations", self._token, key, body)
        for claim, receipt in zip(self.stage.scene.claims, told["receipts"] if told else (), strict=False):
            self.board.stories[claim.number].query_code = receipt["query_code"]
        return False


def long_cast(
    house: House, stage: Stage, board: Board, closing: threading.Event, *, approves: bool = True, filed: bool = False
) -> Sequence[Player]:
    """Everybody who takes part; without `approves` all is done but that. `filed`: it was filed before."""
    listed = any(claim.route == "nomination" for claim in stage.scene.claims)
    return [
        *([] if filed else [Pusher(stage, board, closing) if listed else Applicants(stage, board, closing)]),
        Desk(stage, board, closing, house, approves),
        *(AskedDepartment(stage, board, closing, name) for name in ASKED),
        Time(stage, board, closing, house),
        Checker(stage, board, closing),
        Watcher(stage, board, closing),
    ]


@contextmanager
def long_cases(house: House, stage: Stage, **how: bool) -> Iterator[Board]:
    """The scene goes on by itself while the block runs. `how`: see `long_cast`."""
    closing = threading.Event()
    said: list[str] = []
    board = Board(stage.scene, said.append)
    threads = play(long_cast(house, stage, board, closing, **how))
    try:
        yield board
    finally:
        closing.set()
        for thread in threads:
            thread.join(timeout=30)


def credits_of(house: House, stage: Stage) -> list[str]:
    """The accounts of the scene's enterprises, once for each payment that the bank has made to them."""
    accounts = {claim.enterprise.account["account_number"] for claim in stage.scene.claims}
    return sorted(each.creditor_account for each in house.bank_book().credits if each.creditor_account in accounts)


def wanted_of(stage: Stage) -> list[str]:
    """What the bank must have paid: each enterprise as often as the item pays."""
    accounts = [each.enterprise.account["account_number"] for each in stage.scene.claims]
    return sorted(accounts * times_of(stage))


def carried_through(house: House, stage: Stage, *, within: float = 90.0) -> Board:
    """All cases of the scene are paid, each instalment once."""
    with long_cases(house, stage) as board:
        wait_until_paid(house, stage, board, within=within)
    return board


def wait_until_paid(house: House, stage: Stage, board: Board, *, within: float = 90.0) -> None:
    eventually(
        lambda: board.finished and len(credits_of(house, stage)) >= len(wanted_of(stage)), within=within, every=0.2
    )


REGISTER = """
SELECT a.case_id, a.revision, sum(a.fen)::bigint FROM award_part a
WHERE a.state = 'reserved' AND a.case_id IN (SELECT id FROM review_case WHERE claim ->> 'uscc' = ANY (%s)) GROUP BY 1, 2
"""


def must_be_paid_once(house: House, stage: Stage) -> None:
    """A–F hold, nobody was paid twice, and the register is the sum of what was approved."""
    house.must_hold()
    assert credits_of(house, stage) == wanted_of(stage)
    codes = [claim.enterprise.uscc for claim in stage.scene.claims]
    with house.database("review") as connection:
        register = connection.execute(REGISTER, [codes]).fetchall()
    assert sum(fen for _case, _revision, fen in register) == stage.scene.total_fen * times_of(stage)
