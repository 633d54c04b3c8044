"""Messages to enterprises, on a real database and with the sandbox's SMS provider as a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import BatchResult, Inbox, Subscription
from chassis.events.received import Received
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import LEASE, claim
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.case_events import CaseNotAccepted, SupplementRequested
from contracts.enterprises import EnterpriseContactChanged, EnterpriseRegistered
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.message import Actor
from contracts.message_previews import PreviewNotAccepted, PreviewRejection, PreviewSupplement
from contracts.notify import ListMessages, MessagePage
from contracts.rule import Level
from contracts.treasury import DisbursementSettled
from sandbox.testing import RunningProgram
from services.notify.messages import contact_changes, previews, use_cases, views
from services.notify.messages.sms import SmsClient
from services.notify.messages.templates import TEMPLATES
from tests.unit.oversight.case_story import POINTS, after, approved, happened, heard, money, rejected
from tests.unit.oversight.case_story import claim as claim_of

ENTERPRISE = Actor(id="enterprise-1", roles=frozenset({"enterprise"}), enterprise_id="ent-1")
MOBILE = "13800001234"
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
SUBSCRIPTIONS = [
    Subscription("contacts", frozenset({"EnterpriseRegistered"}), use_cases.keep_contacts),
    Subscription("changes", frozenset({"EnterpriseContactChanged"}), contact_changes.take_new_contacts),
    Subscription(
        "tell",
        frozenset(event.__name__ for event in TEMPLATES),
        use_cases.tell_enterprises,
        use_cases.enterprises_tenant,
    ),
]


class Notify:
    """The service without nameko and without loops, before a provider."""

    def __init__(self, frame: Frame, dsns: Dsns, clock: FixedClock, provider: RunningProgram) -> None:
        self.frame = frame
        self.dsns = dsns
        self.clock = clock
        self.provider = provider
        self.sms = SmsClient(f"http://127.0.0.1:{provider.port}")
        self.inbox = Inbox("notify", SUBSCRIPTIONS, frame.event_unit, max_attempts=3)

    def hears(self, *events: Received[Any]) -> BatchResult:
        return self.inbox.apply(events)

    def knows_the_enterprise(self, mobile: str = MOBILE) -> None:
        registered = EnterpriseRegistered(
            enterprise_id="ent-1",
            uscc="91360732MA35EXAMPL",
            name="赣州示例电子有限公司",
            industry=None,
            contact_sealed=self.frame.cipher.seal(mobile, purpose="contact", tenant="xingguo"),
            contact_masked="138****1234",
        )
        self.hears(heard(registered, tenant="xingguo"))

    def hears_of_another_number(self, mobile: str, former: str | None = MOBILE) -> None:
        def seal(number: str) -> str:
            return self.frame.cipher.seal(number, purpose="contact", tenant="xingguo")

        changed = EnterpriseContactChanged(
            enterprise_id="ent-1",
            name="赣州示例电子有限公司",
            contact_name="王五",
            contact_sealed=seal(mobile),
            contact_masked="139****0002",
            former_sealed=seal(former) if former is not None else None,
            former_masked="138****1234" if former is not None else None,
            changed_at=NOON,
        )
        self.hears(heard(changed, tenant="xingguo"))

    def sends(self, unit: Callable[[Sequence[str]], UnitOfWork] | None = None) -> int:
        """What is due is delivered; returns how many jobs there were."""
        jobs = claim(self.frame.frame_engine, use_cases.DELIVER_SMS, self.clock.now(), 20)
        if jobs:
            use_cases.deliver_sms(jobs, unit or self.unit, self.sms, self.frame.cipher)
        return len(jobs)

    def unit(self, tenants: Sequence[str]) -> UnitOfWork:
        return self.frame.event_unit(tenants, action=use_cases.DELIVER_SMS)

    def misbehaves(self, **rule: Any) -> None:
        self.provider.client.put("/control/behaviour", json=[rule]).raise_for_status()

    def book(self) -> list[dict[str, Any]]:
        """What the provider has delivered, by its own account."""
        page: dict[str, Any] = self.provider.client.get("/messages").raise_for_status().json()
        return list(page["messages"])

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def sms_states(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT state, attempts, reason FROM message WHERE channel = 'sms'")

    def listed(self, *, tenant: str = "xingguo", actor: Actor = ENTERPRISE, **page: Any) -> dict[str, Any]:
        question = ListMessages(enterprise_id="ent-1", **page)
        envelope = {
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": "list_messages",
            "body": question.model_dump(mode="json"),
        }
        return self.frame.run_query(ListMessages, views.list_messages, envelope)


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.sms", tmp_path / "sms.sqlite") as running:
        yield running


@pytest.fixture
def notify(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], provider: RunningProgram
) -> Iterator[Notify]:
    dsns, clock = service_database("notify"), FixedClock(NOON)
    made = Notify(service_frame("notify", dsns=dsns, clock=clock), dsns, clock, provider)
    yield made
    made.sms.close()


def settled(receipt: str = "GZ-20260310-AAAA0001") -> Received[Any]:
    event = heard(money(DisbursementSettled, claim_of(receipt)), tenant="xingguo", subject=f"d-{receipt}")
    event.envelope = event.envelope.model_copy(update={"traceparent": TRACE})
    return event


def test_money_in_the_account_reaches_the_enterprises_inbox_and_its_telephone(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.hears(settled())
    assert notify.rows("SELECT channel, state FROM message ORDER BY channel") == [
        ("inbox", "delivered"),
        ("sms", "pending"),
    ]
    assert notify.sends() == 1
    (message,) = notify.book()
    assert (message["to"], message["sign"], message["status"]) == (MOBILE, "直达", "delivered")
    assert "兑现资金 200,000.00 元已于 2026-03-10 12:08 到账" in message["text"]
    assert notify.rows("SELECT count(*) FROM job") == [(0,)]


def test_what_became_of_a_message_is_said_in_the_trace_of_its_submission(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.hears(settled())
    notify.sends()
    told = notify.rows(
        "SELECT type, addressed_to, body::jsonb #>> '{data,channel}', left(body::jsonb ->> 'traceparent', 35),"
        " body::jsonb #>> '{data,claim,receipt}' FROM outbox ORDER BY position"
    )
    assert told == [
        ("MessageDelivered", "xingguo", channel, TRACE[:35], "GZ-20260310-AAAA0001") for channel in ("inbox", "sms")
    ]


def previewed(notify: Notify, asked: Any, answer: Any) -> list[tuple[str, str]]:
    """What an officer is shown, by channel."""
    officer = {"id": "officer-1", "roles": ["department"]}
    envelope = {"tenant": "ganzhou", "actor": officer, "name": "preview", "body": asked.model_dump(mode="json")}
    found = notify.frame.run_query(type(asked), answer, envelope)["ok"]["items"]
    return [(each["channel"], each["text"]) for each in found]


def test_a_refusal_is_previewed_as_it_would_be_read_over_the_channels_that_are_open(notify: Notify) -> None:
    words: dict[str, Any] = {
        "reason": "营业收入未达到规定标准。",
        "cites": ("《若干措施》",),
        "how_to_object": "拨打 12345",
    }
    asked = PreviewRejection(claim=claim_of(), **words)
    answer = previewed(notify, asked, previews.preview_rejection)
    notify.hears(heard(rejected(claim_of()).model_copy(update=words), tenant="xingguo"))
    written = notify.rows("SELECT channel, text FROM message ORDER BY channel")
    assert answer == written
    assert [channel for channel, _text in written] == ["inbox", "sms"]
    onboarded = TenantOnboarded(
        id="xingguo",
        parent_id=None,
        level=Level.COUNTY,
        division_code="360732",
        name="兴国县",
        settings=TenantSettings(channels=("inbox",)),
        settings_version=1,
    )
    with notify.frame.unit(["xingguo"], action="test") as uow:
        uow.registry.learn(onboarded)
    assert [channel for channel, _text in previewed(notify, asked, previews.preview_rejection)] == ["inbox"]


@pytest.mark.parametrize(
    ("asked", "answer", "event"),
    [
        (
            PreviewNotAccepted(
                claim=claim_of(),
                reason="不属于本部门职权范围。",
                cites=("《若干措施》第三条",),
                how_to_object="申请行政复议",
            ),
            previews.preview_not_accepted,
            happened(CaseNotAccepted, claim_of(), how_to_object="申请行政复议"),
        ),
        (
            PreviewSupplement(claim=claim_of(), points=POINTS, due_at=after(600)),
            previews.preview_supplement,
            happened(SupplementRequested, claim_of()),
        ),
    ],
)
def test_what_is_previewed_is_what_is_told(notify: Notify, asked: Any, answer: Any, event: Any) -> None:
    before = previewed(notify, asked, answer)
    notify.hears(heard(event, tenant="ganzhou", origin="ganzhou"))
    assert before == notify.rows("SELECT channel, text FROM message WHERE tenant = 'xingguo' ORDER BY channel")


def test_an_event_delivered_three_times_makes_one_message_a_channel(notify: Notify) -> None:
    notify.knows_the_enterprise()
    event = settled()
    for _ in range(3):
        notify.hears(event)
    with notify.frame.unit(["xingguo"], action="test") as uow:
        use_cases.tell_enterprises([event], uow)
    notify.sends()
    assert notify.rows("SELECT count(*) FROM message") == [(2,)]
    assert len(notify.book()) == 1


def test_a_batch_of_many_claims_is_told_in_one_go(notify: Notify) -> None:
    notify.knows_the_enterprise()
    assert notify.hears(*[settled(f"GZ-{number:04d}") for number in range(30)]).applied == 30
    assert (notify.sends(), notify.sends(), notify.sends()) == (20, 10, 0)
    assert len(notify.book()) == 30


def test_a_message_whose_answer_was_lost_is_asked_about_and_not_sent_twice(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.misbehaves(behaviour="deliver_then_timeout", next=1)
    notify.hears(settled())
    notify.sends()
    assert notify.sms_states() == [("pending", 1, "短信平台未答复")]
    assert notify.sends() == 0
    notify.clock.advance(timedelta(seconds=1))
    assert notify.sends() == 1
    assert notify.sms_states() == [("delivered", 1, None)]
    assert [message["attempts_seen"] for message in notify.book()] == [1]


def test_a_provider_that_is_away_is_waited_for(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.hears(settled(), settled("GZ-20260310-AAAA0002"))
    notify.provider.kill()
    notify.sends()
    assert sorted(state[:2] for state in notify.sms_states()) == [("pending", 0), ("pending", 1)]
    notify.provider.restart()
    notify.clock.advance(timedelta(seconds=5))
    assert notify.sends() == 2
    assert {state[0] for state in notify.sms_states()} == {"delivered"}
    assert len(notify.book()) == 2


def test_a_process_that_dies_after_the_provider_took_the_message_sends_nothing_twice(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.hears(settled())
    opened: list[int] = []

    def dies_before_recording(tenants: Sequence[str]) -> UnitOfWork:
        opened.append(1)
        if len(opened) == 2:
            raise KeyboardInterrupt
        return notify.unit(tenants)

    with pytest.raises(KeyboardInterrupt):
        notify.sends(dies_before_recording)
    assert len(notify.book()) == 1
    notify.clock.advance(LEASE + timedelta(seconds=1))
    assert notify.sends() == 1
    assert notify.sms_states() == [("delivered", 0, None)]
    assert len(notify.book()) == 1


def test_a_number_that_cannot_be_reached_fails_for_good_and_says_so(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.misbehaves(behaviour="fail", to=MOBILE, reason_code="number_suspended", reason=f"{MOBILE} 已停机")
    notify.hears(settled())
    notify.sends()
    assert notify.sms_states() == [("failed", 0, "短信平台未能送达")]
    assert notify.rows("SELECT type FROM outbox ORDER BY position") == [("MessageDelivered",), ("MessageFailed",)]


def test_a_contact_that_arrives_after_the_event_is_waited_for(notify: Notify) -> None:
    notify.hears(settled())
    notify.sends()
    assert notify.sms_states() == [("pending", 1, "企业未登记联系手机")]
    notify.knows_the_enterprise()
    notify.clock.advance(timedelta(seconds=1))
    notify.sends()
    assert notify.sms_states() == [("delivered", 1, None)]


def test_a_citys_decision_reaches_the_enterprise_in_its_county(notify: Notify) -> None:
    """Review addresses it to the city; the message and the number belong to the county."""
    notify.knows_the_enterprise()
    notify.hears(
        heard(rejected(claim_of()), tenant="ganzhou"),
        heard(approved(claim_of("GZ-20260310-AAAA0002"), "ganzhou"), tenant="ganzhou"),
    )
    notify.sends()
    assert notify.rows("SELECT tenant, channel, state FROM message ORDER BY template, channel") == [
        ("xingguo", "inbox", "delivered"),
        ("xingguo", "inbox", "delivered"),
        ("xingguo", "sms", "delivered"),
    ]
    assert [message["to"] for message in notify.book()] == [MOBILE]


def test_a_enterprise_reads_its_messages_page_by_page_newest_first(notify: Notify) -> None:
    for number in range(4):
        notify.hears(settled(f"GZ-{number:04d}"))
        notify.clock.advance(timedelta(minutes=1))
    receipts: list[str | None] = []
    cursor: str | None = None
    for _ in range(3):
        page = MessagePage.model_validate(notify.listed(limit=3, cursor=cursor)["ok"])
        receipts += [message.receipt for message in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert receipts == [f"GZ-{number:04d}" for number in (3, 3, 2, 2, 1, 1, 0, 0)]
    assert notify.listed(cursor="bm90IG91cnM")["refused"]["code"] == "cursor_invalid"


def test_nobody_but_the_enterprise_reads_its_messages(notify: Notify) -> None:
    notify.hears(settled())
    officer = Actor(id="officer", roles=frozenset({"bureau"}))
    assert notify.listed(actor=officer)["refused"]["code"] == "enterprise_not_yours"
    assert notify.listed(tenant="zhanggong")["ok"]["items"] == []
    with notify.frame.reader(["zhanggong"]) as reader:
        assert reader.execute("SELECT count(*) FROM message").scalar_one() == 0


def test_the_number_until_now_is_told_of_the_change_and_the_new_one_is_used(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.hears(settled())  # not sent yet: it goes to the new number
    notify.hears_of_another_number("13900000002")
    notify.sends()
    told = {message["to"]: message["text"] for message in notify.book()}
    assert set(told) == {MOBILE, "13900000002"}
    assert "联系手机已于 2026-03-10 12:00 由 138****1234 变更为 139****0002" in told[MOBILE]
    assert "已于 2026-03-10 12:08 到账" in told["13900000002"]
    inbox = MessagePage.model_validate(notify.listed()["ok"]).items
    assert ("contact_changed", "inbox", "delivered") in [(each.template, each.channel, each.state) for each in inbox]
    assert not [row for row in notify.rows("SELECT * FROM message") if MOBILE in str(row)]


def test_another_name_at_the_same_number_is_told_in_the_inbox_alone(notify: Notify) -> None:
    notify.knows_the_enterprise()
    notify.hears_of_another_number(MOBILE, None)
    assert notify.sends() == 0
    (message,) = MessagePage.model_validate(notify.listed()["ok"]).items
    assert (message.template, message.channel) == ("contact_name_changed", "inbox")
    assert "联系人已于 2026-03-10 12:00 变更为 王五" in message.text


def test_the_number_stands_nowhere_in_the_database_and_in_no_log_line(
    notify: Notify, capsys: pytest.CaptureFixture[str]
) -> None:
    notify.knows_the_enterprise()
    notify.misbehaves(behaviour="deliver_then_timeout", next=1)
    notify.hears(settled())
    notify.sends()
    notify.clock.advance(timedelta(seconds=1))
    notify.sends()
    for table in ("contact", "message", "outbox", "audit_fact", "job", "parked"):
        assert not [row for row in notify.rows(f"SELECT * FROM {table}") if MOBILE in str(row)]
    captured = capsys.readouterr()
    assert MOBILE not in captured.out + captured.err
