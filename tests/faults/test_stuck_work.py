"""`./zhida work`: an operator finds what is stuck, reads it, sends it on its way again or gives it up with a
reason."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import orjson
import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.__main__ import main
from console.operating.work import Piece, WorkDesk
from contracts.flow import QUEUES


@pytest.fixture
def desk(house: House) -> WorkDesk:
    return WorkDesk(house.addresses, house.amqp_url, "operator-on-duty")


@pytest.fixture
def command_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """`main` speaks to this house."""
    monkeypatch.setenv("ZHIDA_HOME", str(house.cluster.home))
    monkeypatch.delenv("AMQP_URL", raising=False)


def event(house: House, subject: str, sequence: int, **changes: object) -> bytes:
    """An approval like one that treasury has had, of a case that nobody has."""
    with house.database("review") as connection:
        row = connection.execute(
            "SELECT body FROM outbox WHERE type = 'CaseApproved' ORDER BY position LIMIT 1"
        ).fetchone()
    assert row is not None, "somebody has been paid in this house"
    envelope = orjson.loads(row[0])
    envelope.update(id=new_id(), subject=subject, sequence=sequence, **changes)
    return orjson.dumps(envelope)


def stuck(desk: WorkDesk, subject: str) -> list[Piece]:
    return [piece for piece in desk.pieces("treasury") if subject in piece.what]


def test_a_dead_event_is_found_read_redriven_and_given_up_with_a_reason(
    house: House, desk: WorkDesk, command_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    house.play(house.prepare(small_scene("stuck", [INSTANT])))
    subject = new_id()
    # Addressed to another tenant than the payer that it names: treasury refuses it, and those behind it wait.
    house.post(QUEUES["treasury"], *(event(house, subject, number, tenant="xingguo") for number in (1, 2)))
    eventually(lambda: len(stuck(desk, subject)) == 2)
    first, second = sorted(stuck(desk, subject), key=lambda piece: piece.what)
    assert first.state == "已停止"
    assert "payer_mismatch" in first.why
    assert main(["work", "show", "--service", "treasury", "--id", first.id]) == 0
    assert "CaseApproved" in capsys.readouterr().out

    assert main(["work", "redrive", "--id", first.id]) == 0
    eventually(lambda: stuck(desk, subject)[0].state == "已停止")  # the rule says no again
    assert main(["work", "dismiss", "--id", second.id, "--reason", "排在前面的还没有处理"]) == 1
    assert "第 1 条" in capsys.readouterr().err

    assert main(["work", "dismiss", "--id", first.id, "--reason", "测试用的错误批准"]) == 0
    eventually(lambda: [piece.id for piece in stuck(desk, subject) if piece.state == "已停止"] == [second.id])
    assert main(["work", "dismiss", "--id", second.id, "--reason", "测试用的错误批准"]) == 0
    assert stuck(desk, subject) == []
    with house.database("treasury") as connection:
        facts = connection.execute(
            "SELECT action, body FROM audit_fact WHERE aggregate_type = 'parked_event' AND aggregate_id = %s"
            " ORDER BY version",
            [first.id],
        ).fetchall()
    assert [action for action, _ in facts] == ["work.redrive", "work.dismiss"]
    assert "测试用的错误批准" in facts[1][1]
    house.must_hold()


def test_a_message_is_not_given_up_without_a_reason(command_line: None, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["work", "dismiss", "--id", "12345678"],
        ["work", "dismiss", "--id", "12345678", "--reason", "x"],
    ):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2
    assert main(["work", "show", "--id", "12345678"]) == 1
    assert "对应 0 条" in capsys.readouterr().err


def test_a_quarantined_message_goes_back_to_its_queue_and_returns_if_it_is_as_bad_as_before(
    house: House, desk: WorkDesk
) -> None:
    body = b"{broken " + new_id().encode()
    house.post(QUEUES["notify"], body)

    def piece() -> Piece | None:
        return next((each for each in desk.pieces("notify") if getattr(each.source, "body", None) == body), None)

    found = eventually(piece)
    desk.redrive(found)
    again = eventually(piece)
    assert again.source.resolution is not None  # type: ignore[union-attr]
    assert "operator-on-duty" in again.source.resolution  # type: ignore[union-attr]
    desk.dismiss(again, "格式错误，发送方已更正")
    assert piece() is None
    with house.database("notify") as connection:
        row = connection.execute("SELECT resolution FROM quarantine WHERE body = %s", [body]).fetchone()
    assert row is not None
    assert "格式错误，发送方已更正" in row[0]
    assert "operator-on-duty" in row[0]


def test_a_message_that_a_newer_version_can_read_is_applied_once_it_is_redriven(house: House, desk: WorkDesk) -> None:
    # As if an older version had not known it: it lies in quarantine, and now it can be read.
    house.play(house.prepare(small_scene("unread", [INSTANT])))
    subject = new_id()
    body = event(house, subject, 1, type="zhida.review.CaseNobodyUsesYet")
    identity = new_id().replace("-", "")
    with house.database("notify") as connection:
        connection.execute(
            "INSERT INTO quarantine (id, queue, body, properties, error, quarantined_at)"
            " VALUES (%s, %s, %s, '{}', 'unknown', now())",
            [identity, QUEUES["notify"], body],
        )
    (piece,) = desk.find([identity], "notify")
    desk.redrive(piece)
    eventually(lambda: house.count("notify", "SELECT count(*) FROM position WHERE aggregate_id = %s", [subject]) == 1)
    assert not [each for each in desk.pieces("notify") if each.id == identity]


def test_a_timer_that_failed_is_redriven_at_once_and_cannot_be_given_up(house: House, desk: WorkDesk) -> None:
    stage = house.prepare(small_scene("timer", [INSTANT]))
    with house.playing(stage) as board:
        house.stop("bank")

        def failed() -> Piece | None:
            jobs = [
                each for each in desk.pieces("treasury") if each.what == "send_disbursement" and "失败" in each.state
            ]
            return jobs[0] if jobs else None

        timer = eventually(failed, within=60)
        assert "Connection refused" in timer.why or "nothing was sent" in timer.why
        with pytest.raises(Exception, match="不能放弃"):
            desk.dismiss(timer, "不想办了")
        house.cluster.start("bank")
        wanted = datetime.now(UTC)
        eventually(lambda: redriven(desk) or board.paid, every=0.2)
        eventually(lambda: board.finished, within=60, every=0.2)
    assert (datetime.now(UTC) - wanted).total_seconds() < 60
    house.must_hold()


def redriven(desk: WorkDesk) -> bool:
    """Whether the timer could be sent on its way; one that is being worked on cannot."""
    for piece in desk.pieces("treasury"):
        if piece.what == "send_disbursement":
            desk.redrive(piece)
            return True
    return False


def test_stuck_work_is_seen_read_and_redriven_through_the_gateway(house: House, desk: WorkDesk) -> None:
    house.play(house.prepare(small_scene("stuck-http", [INSTANT])))
    subject = new_id()
    house.post(QUEUES["treasury"], event(house, subject, 1, tenant="xingguo"))
    (piece,) = eventually(lambda: [each for each in stuck(desk, subject) if each.state == "已停止"])
    broken = b"{broken " + new_id().encode()
    house.post(QUEUES["treasury"], broken)
    unread = eventually(
        lambda: next((p for p in desk.pieces("treasury") if getattr(p.source, "body", 0) == broken), None)
    )
    administrator = {"Authorization": f"Bearer {house.platform_token}"}
    with httpx.Client(base_url=f"{house.url}/api/v1/stuck-work", headers=administrator) as door:
        listed = door.get("/treasury").json()["items"]
        assert {(each["kind"], each["id"]) for each in listed} >= {("event", piece.id), ("unreadable", unread.id)}
        found = next(each for each in listed if each["id"] == piece.id)
        assert (found["tenant"], found["stopped"], found["what"]) == ("xingguo", True, "CaseApproved")
        where = {"id": piece.id, "tenant": "xingguo"}
        assert subject in door.get("/treasury/event", params=where).json()["body"]
        assert door.get("/treasury/event", params={"id": piece.id, "tenant": "zhanggong"}).status_code == 404
        for kind, params in (("event", where), ("unreadable", {"id": unread.id})):
            again = door.post(f"/treasury/{kind}/redrive", params=params, headers={"Idempotency-Key": new_id()})
            assert again.status_code == 200, again.text
    eventually(lambda: stuck(desk, subject)[0].state == "已停止")  # the rule says no again
    eventually(lambda: any(getattr(each.source, "body", 0) == broken for each in desk.pieces("treasury")))
    for each in [*stuck(desk, subject), *desk.find([unread.id], "treasury")]:
        desk.dismiss(each, "测试用的错误消息")
    house.must_hold()
