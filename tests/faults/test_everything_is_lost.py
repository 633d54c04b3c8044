"""A system at work, backed up, goes on working; everything is lost; it is restored, and nothing is paid twice."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from scene_kit import COMMITTED, DECLARED, INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.backups import backup, manifest, restore
from console.backups.taking import backups
from console.demo.actors import CHECKER, Applicants, Checker, Player, cast
from console.demo.board import Board
from console.demo.preparation import Stage
from console.machine.quarters import quarters_for
from console.refusal import CommandRefusal

STATES = "SELECT count(*) FROM disbursement d WHERE d.state = ANY (%s) AND d.claim ->> 'uscc' = ANY (%s)"
pytestmark = pytest.mark.timeout(480)
"""Everything is started twice, and brought back from files in between."""

KEPT = ("books", "logs", "run", "ports.json")
"""What is not ours to lose: the bank's book. The rest is where the test finds its processes again."""


class Shift:
    """The people of a scene, who work as long as the block goes on."""

    def __init__(self, house: House, stage: Stage, *, without: type[Player] | None = None) -> None:
        self.house, self.stage = house, stage
        self.codes = [claim.enterprise.uscc for claim in stage.scene.claims]
        self._closing = threading.Event()
        players = cast(stage, Board(stage.scene, lambda _line: None), self._closing)
        self._threads = [
            threading.Thread(target=each.run) for each in players if without is None or type(each) is not without
        ]

    def __enter__(self) -> Shift:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for each in self._threads:
            each.join(timeout=30)

    def sees(self, *states: str, count: int | None = None) -> None:
        """So many payments of the scene (all, unless said) come to be in one of these states."""
        wanted = len(self.codes) if count is None else count
        eventually(lambda: in_state(self.house, self.codes, *states) == wanted, within=90, every=0.3)


def in_state(house: House, codes: Collection[str], *states: str) -> int:
    return house.count("treasury", STATES, [list(states), list(codes)])


def payments(stage: Stage, state: str) -> list[dict[str, Any]]:
    codes = {claim.enterprise.uscc for claim in stage.scene.claims}
    found = stage.door.everything("/disbursements", token=stage.people.token(CHECKER), state=state)
    return [each for each in found if each["claim"]["uscc"] in codes]


def ordered(stage: Stage, payment: dict[str, Any], verb: str, body: dict[str, Any] | None = None) -> None:
    id, version = payment["disbursement_id"], payment["version"]
    stage.door.order(
        f"/disbursements/{id}/{verb}",
        token=stage.people.token(CHECKER),
        key=f"restore/{verb}/{id}/{version}",
        version=version,
        body=body or {},
    )


def paid_to(house: House, stage: Stage) -> list[str]:
    """The accounts of the scene that the bank has credited, once for each credit."""
    accounts = {claim.enterprise.account["account_number"] for claim in stage.scene.claims}
    return sorted(each.creditor_account for each in house.bank_book().credits if each.creditor_account in accounts)


def lose_everything(house: House) -> None:
    """The machine is gone, with database, broker, files and keys; the bank's book is the bank's."""
    house.cluster.down()
    for folder in {house.cluster.home, quarters_for(house.cluster.home).folder}:
        for path in folder.iterdir():
            if path.name not in KEPT and path.name != "quarters":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def typed(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The house as the command line finds it."""
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.setenv("ZHIDA_HOME", str(house.cluster.home))
    monkeypatch.setenv("ZHIDA_PROGRAMS", house.environ["ZHIDA_PROGRAMS"])
    return house


def backed_up(to: Path, *more: str) -> Path:
    assert backup.main(["--to", str(to), *more]) == 0
    return backups(to)[-1]


def restored(folder: Path, *more: str) -> None:
    assert restore.main([str(folder), *more]) == 0


def in_flight(house: House, stage: Stage) -> None:
    """Four are approved; one of them is released, and its instruction does not get through to the bank."""
    with Shift(house, stage, without=Checker) as shift:
        shift.sees("ready")
    house.stop("bank")
    ordered(stage, payments(stage, "ready")[0], "authorise")
    eventually(lambda: in_state(house, shift.codes, "sent") == 1)


def test_a_system_that_lost_everything_is_restored_and_pays_nobody_twice(typed: House, tmp_path: Path) -> None:
    house, keys = typed, tmp_path / "keys.json"
    stage = house.prepare(small_scene("lost", [NOMINATED, INSTANT, DECLARED, COMMITTED]))
    later = house.prepare(small_scene("later", [INSTANT]))
    in_flight(house, stage)
    busy = house.prepare(small_scene("busy", [INSTANT] * 2))
    with Shift(house, busy):  # the backup is taken while others work
        folder = backed_up(tmp_path / "backups", "--keys-to", str(keys))
        house.cluster.start("bank")
        with Shift(house, stage) as shift, Shift(house, later) as more:
            shift.sees("settled")
            more.sees("settled")
    with pytest.raises(CommandRefusal, match="--replace"):
        restored(folder)
    paid = paid_to(house, stage) + paid_to(house, later)

    lose_everything(house)
    with pytest.raises(CommandRefusal, match="--keys"):
        restored(folder)
    restored(folder, "--keys", str(keys))
    house.stand_up()

    # What was approved before the backup is settled by the bank's word alone; the others file, decide and release anew.
    eventually(lambda: in_state(house, shift.codes, "settled") == 4, within=60, every=0.3)
    with Shift(house, busy) as others:
        others.sees("settled", "ready")
    the_same_claim_again(house, later)
    with Shift(house, busy):
        cleared_up(house, busy)
        house.must_hold()
    assert paid_to(house, stage) + paid_to(house, later) == paid
    assert len(paid_to(house, busy)) == 2


def the_same_claim_again(house: House, stage: Stage) -> None:
    """It was filed, granted and paid after the backup. Filed anew it is stopped, and a person says that the bank has paid it."""
    Applicants(stage, Board(stage.scene, print), threading.Event()).step()
    with Shift(house, stage):
        cleared_up(house, stage)


def cleared_up(house: House, stage: Stage) -> None:
    """Whoever is stopped since the bank has paid him already is settled by that payment, by a person who compared it."""
    codes = [claim.enterprise.uscc for claim in stage.scene.claims]

    def all_settled() -> bool:
        for payment in payments(stage, "ready"):
            if payment["contradiction"]:
                credit = payment["contradiction"].rpartition("：")[2].partition("（")[0]
                ordered(stage, payment, "clear", {"conclusion": "与银行回单一致，已付", "paid_by": credit})
        return in_state(house, codes, "settled") == len(codes)

    eventually(all_settled, within=90, every=0.5)


def with_a_rotten_dump(folder: Path, to: Path) -> Path:
    """The same backup, by its hashes whole, with a last dump that no program can load."""
    shutil.copytree(folder, to)
    dump, found = to / "gateway.dump", manifest.read(to)
    dump.write_bytes(b"PGDMP, and nothing more")
    changed = {"size": dump.stat().st_size, "sha256": manifest.digest_of(dump)}
    entry = found.databases["gateway"].model_copy(update=changed)
    found.model_copy(update={"databases": {**found.databases, "gateway": entry}}).write(to)
    return to


def test_a_restore_that_fails_at_the_last_leaves_what_stands_and_a_good_one_takes_its_place(
    typed: House, tmp_path: Path
) -> None:
    house = typed
    stage = house.prepare(small_scene("standing", [INSTANT]))
    folder = backed_up(tmp_path / "backups", "--keep", "1")
    with Shift(house, stage) as shift:
        shift.sees("settled")
    with pytest.raises(CommandRefusal, match="原有的数据没有改动"):
        restored(with_a_rotten_dump(folder, tmp_path / "rotten"), "--replace")
    house.cluster.postgres.start()
    assert in_state(house, shift.codes, "settled") == 1
    restored(folder, "--replace")
    house.stand_up()
    assert in_state(house, shift.codes, "settled") == 0, "of before it was filed"
    the_same_claim_again(house, stage)
    house.must_hold()
    assert len(paid_to(house, stage)) == 1
