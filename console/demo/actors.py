"""The people of the scene: each is a small loop over their own worklist, and does what lies there.

Nobody tells anybody anything: what one has done, the next finds. So any process may die at any moment, and
whoever was waiting for it goes on when it is back.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from console.demo.board import BANK, PAID, RELEASE, REVIEW, TOLD, Board, Story
from console.demo.door import DemoDoor, NoAnswer, RequestRefused
from console.demo.people import CHECKER, enterprise_office, leader_of, officer_of, second_officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed
from contracts.status_labels import DISBURSEMENT

POLL_S = 0.3

NOT_HEARD_YET = frozenset(
    {"item_unknown", "enterprise_unknown", "payee_account_missing", "facts_missing", "tenant_unknown"}
)
"""Intake has not heard of what catalog said a moment ago: a refusal for now, and the next command is another
one."""

MOST_TRIES = 100

AT_THE_BANK = frozenset({"authorised", "sent", "unknown"})


class Player(ABC):
    """`run` repeats `step` until there is nothing more to do or the scene is closed."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event) -> None:
        self.stage = stage
        self.board = board
        self.closing = closing

    @property
    def door(self) -> DemoDoor:
        return self.stage.door

    @abstractmethod
    def step(self) -> bool:
        """One look at the worklist. False when there will never be anything more to do."""

    def run(self) -> None:
        while not self.closing.is_set():
            try:
                if not self.step():
                    return
            except NoAnswer as silence:
                self.board.note(f"仍在等待系统恢复：{silence}")
            except RequestRefused as refused:
                self.board.note(f"被拒绝：{refused}")
            self.closing.wait(POLL_S)

    def story(self, claim: dict[str, Any]) -> Story | None:
        """The story that a claim on a worklist belongs to; None for one of another scene."""
        return self.board.story_of(claim["uscc"], claim["item_id"], self.stage.items)

    def file(self, path: str, token: str, key: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """File something that may be refused because the news has not got about; None if the scene was
        closed."""
        for attempt in range(1, MOST_TRIES + 1):
            try:
                return self.door.order(path, token=token, key=f"{key}/{attempt}", body=body)
            except RequestRefused as refused:
                if not refused.reasons <= NOT_HEARD_YET or attempt == MOST_TRIES:
                    raise
            if self.closing.wait(POLL_S):
                return None
        return None


class Applicants(Player):
    """Enterprises that apply with one form (一表申报), one after the other."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event) -> None:
        super().__init__(stage, board, closing)
        self._left = [claim for claim in stage.scene.claims if claim.route == "application"]

    def step(self) -> bool:
        if not self._left:
            return False
        claim = self._left[0]
        story = self.board.stories[claim.number]
        try:
            receipt = self.file(
                "/applications",
                self.stage.enterprise_token(claim.enterprise),
                application_key(claim),
                application_form(self.stage, claim),
            )
        except RequestRefused as refused:
            self.board.complain(story, str(refused))
            receipt = None
        self._left.pop(0)
        if receipt is not None:
            story.filed_by = enterprise_office(claim.enterprise.uscc, claim.enterprise.name, "").actor_id
            _receipt(self.board, story, receipt)
        return True


class DepartmentOffice(Player):
    """A department: its officer pushes the lists of no-application items, checks, and inspects with another, who confirms it;
    its leader approves."""

    def __init__(self, stage: Stage, board: Board, closing: threading.Event, department: str) -> None:
        super().__init__(stage, board, closing)
        self._office = officer_of(department)
        self._token = stage.people.token(self._office)
        self._leader = stage.people.token(leader_of(department))
        self._second = second_officer_of(department)
        listed = {claim.item for claim in stage.scene.claims if claim.route == "nomination"}
        self._lists = sorted(code for code in listed if stage.scene.department_of(code) == department)

    def step(self) -> bool:
        if self._lists:
            self._push(self._lists[0])
            self._lists.pop(0)
            return True
        for case in self.door.everything("/cases", token=self._token, state="accepted"):
            story = self.story(case["claim"])
            if story is not None:
                self._decide(case, story)
        return True

    def _push(self, code: str) -> None:
        claims = [each for each in self.stage.scene.claims if each.item == code]
        body = {
            "item_id": self.stage.items[code],
            "lines": [
                {"enterprise_id": self.stage.enterprises[each.enterprise.uscc], "amount_fen": each.expected_fen}
                for each in claims
            ],
        }
        key = f"demo/nomination/{self.stage.scene.name}/{code}"
        try:
            list_ = self.file("/nominations", self._token, key, body)
        except RequestRefused as refused:
            for claim in claims:
                self.board.complain(self.board.stories[claim.number], str(refused))
            return
        for claim, receipt in zip(claims, list_["receipts"] if list_ else (), strict=False):
            story = self.board.stories[claim.number]
            story.filed_by = self._office.actor_id
            _receipt(self.board, story, receipt)

    def _decide(self, case: dict[str, Any], story: Story) -> None:
        standing = {reason["code"] for reason in case["obstacles"]}
        try:
            if "material_unconfirmed" in standing:
                self._confirm(case)
            elif "inspection_required" in standing and case["inspection_passed"] is None:
                self._inspect(case)
            elif standing == {"plan_term_unmapped"}:
                return  # The meaning was said before the first claim: it is on its way.
            elif standing:
                self.board.complain(story, "；".join(reason["message"] for reason in case["obstacles"]))
            else:
                self._approve(case)
        except RequestRefused as refused:
            # 412: read anew the next time round. 409: decided meanwhile. The worklist will tell.
            if refused.status not in (409, 412):
                self.board.complain(story, str(refused))

    def _inspect(self, case: dict[str, Any]) -> None:
        kept = self.door.ask(f"/cases/{case['case_id']}/inspections", token=self._token)["items"]
        if kept and kept[0]["state"] == "waiting":
            token = self.stage.people.token(self._second)
            self._on(case, f"inspections/{kept[0]['inspection_id']}/confirm", {"was_there": True}, token=token)
            return
        body = {
            "passed": True,
            "findings": "设施已建成并投入使用，数量与申报一致（示例）",
            "place": "项目现场（示例）",
            # Must be the same each time this order is given; the enterprise's filing is when the visit is said to
            # be.
            "inspected_at": case["accepted_at"],
            "with_officers": [self._second.actor_id],
        }
        self._on(case, "inspections", body)

    def _confirm(self, case: dict[str, Any]) -> None:
        materials = [{"code": code, "means": "original_seen"} for code in case["unconfirmed_materials"]]
        self._on(case, "materials", {"materials": materials})

    def _approve(self, case: dict[str, Any]) -> None:
        opinion = {"amount_fen": case["amount_fen"], "opinion": "符合条件，同意兑现"}
        self._on(case, "approve", opinion, token=self._leader)

    def _on(self, case: dict[str, Any], verb: str, body: dict[str, Any], *, token: str | None = None) -> None:
        id, version = case["case_id"], case["version"]
        self.door.order(
            f"/cases/{id}/{verb}",
            token=token or self._token,
            key=f"demo/{verb}/{id}/{version}",
            body=body,
            version=version,
        )


class Checker(Player):
    """The approval bureau's second person (复核): releases what is ready."""

    def step(self) -> bool:
        token = self.stage.people.token(CHECKER)
        for payment in self.door.everything("/disbursements", token=token, state="ready"):
            story = self.story(payment["claim"])
            if story is None:
                continue
            id, version = payment["disbursement_id"], payment["version"]
            try:
                self.door.order(
                    f"/disbursements/{id}/authorise",
                    token=token,
                    key=f"demo/authorise/{id}/{version}",
                    version=version,
                )
            except RequestRefused as refused:
                if refused.status not in (409, 412):
                    self.board.complain(story, str(refused))
        return True


class Watcher(Player):
    """Reads what everybody may read, and moves the board: cases, payments, and the enterprises' own messages."""

    def step(self) -> bool:
        token = self.stage.people.token(CHECKER)
        for case in self.door.everything("/cases", token=token):
            story = self.story(case["claim"])
            if story is not None:
                self._see_case(case, story)
        for payment in self.door.everything("/disbursements", token=token):
            story = self.story(payment["claim"])
            if story is not None:
                self._see_payment(payment, story)
        for story in self.board.at(PAID):
            if self._told(story):
                self.board.advance(story, TOLD)
        return not self.board.finished

    def _see_case(self, case: dict[str, Any], story: Story) -> None:
        claim = case["claim"]
        story.case_id, story.receipt = case["case_id"], claim["receipt"]
        story.mode, story.item_title = claim["mode"], claim["item_title"]
        story.submitted_at = datetime.fromisoformat(case["accepted_at"])
        story.approved_by = case["decided_by"]
        self.board.advance(story, REVIEW)
        if case["state"] == "rejected":
            self.board.complain(story, f"审核未通过：{case['note']}")

    def _see_payment(self, payment: dict[str, Any], story: Story) -> None:
        story.authorised_by = payment["authorised_by"] or story.authorised_by
        state = payment["state"]
        if state == "ready":
            self.board.advance(story, RELEASE)
        elif state in AT_THE_BANK:
            self.board.advance(story, BANK)
        elif state == "settled":
            story.instruction_id, story.paid_fen = payment["instruction_id"], payment["amount_fen"]
            story.paid_at = datetime.fromisoformat(payment["settled_at"])
            self.board.advance(story, PAID)
        else:
            self.board.complain(story, f"支付状态“{DISBURSEMENT[state].staff_zh}”：{payment['reason']}")

    def _told(self, story: Story) -> bool:
        messages = self.door.everything("/my/messages", token=self.stage.enterprise_token(story.claim.enterprise))
        arrived = {
            each["channel"]
            for each in messages
            if (each["receipt"], each["template"], each["state"])
            == (story.receipt, "disbursement_settled", "delivered")
        }
        return arrived >= {"inbox", "sms"}


def cast(stage: Stage, board: Board, closing: threading.Event) -> Sequence[Player]:
    """Everybody who takes part in the scene."""
    departments = [DepartmentOffice(stage, board, closing, name) for name in stage.scene.departments]
    return [
        *departments,
        Applicants(stage, board, closing),
        Checker(stage, board, closing),
        Watcher(stage, board, closing),
    ]


def play(actors: Iterable[Player]) -> list[threading.Thread]:
    """Every actor in a thread of its own; they end by themselves or when the scene is closed."""
    threads = [threading.Thread(target=actor.run, name=type(actor).__name__, daemon=True) for actor in actors]
    for thread in threads:
        thread.start()
    return threads


def application_form(stage: Stage, claim: Claimed) -> dict[str, Any]:
    """What an enterprise fills in (一表申报)."""
    materials = stage.scene.plan(claim.item)["materials"]
    return {
        "item_id": stage.items[claim.item],
        "declared_facts": claim.declared_facts,
        "claimed_fen": claim.expected_fen,
        "payee_name": claim.enterprise.account["account_name"],
        # 承诺代证明: every paper that a pledge may replace is replaced by one.
        "commitments": [each["code"] for each in materials if each.get("commitment")],
    }


def application_key(claim: Claimed) -> str:
    """How the Idempotency-Keys of a claim's application begin; `file` numbers its tries from 1."""
    return f"demo/application/{claim.enterprise.uscc}/{claim.item}"


def _receipt(board: Board, story: Story, receipt: dict[str, Any]) -> None:
    story.receipt, story.query_code = receipt["receipt"], receipt["query_code"]
    story.item_title = receipt["item_title"]
    story.submitted_at = datetime.fromisoformat(receipt["submitted_at"])
    board.advance(story, REVIEW)
