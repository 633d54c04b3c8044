"""Short messages: sent between two transactions, asked about before they are sent again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.outside.client import Limits
from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.jobs import Job
from contracts.notify import MessageDelivered, MessageFailed
from services.notify.messages import use_cases
from services.notify.messages.domain import ATTEMPTS, Message
from services.notify.messages.sms import ProviderAnswer, SmsClient
from services.notify.messages.store import Contacts, Messages, Recipient
from tests.outside_kit import NEVER_DONE, rude
from tests.unit.oversight.case_story import claim

CIPHER = AesCipher([bytes(32)])
MOBILE = "13800001234"
DELIVERED = ProviderAnswer("delivered", delivered_at=NOON + timedelta(seconds=1))


class FakeMessages(MemoryStore[Message]):
    def read_many(self, ids: Collection[str]) -> dict[str, Message]:
        return self.get_many(ids)


class FakeContacts:
    unit: FakeUnit | None = None

    def __init__(self, known: Mapping[Recipient, str]) -> None:
        self.known = dict(known)

    def sealed(self, enterprises: Collection[Recipient]) -> Mapping[Recipient, str]:
        return {enterprise: self.known[enterprise] for enterprise in enterprises if enterprise in self.known}


class FakeSms:
    """Says what it was told to say, call by call, and remembers what it was asked."""

    def __init__(self, *words: ProviderAnswer) -> None:
        self.words = list(words)
        self.calls: list[tuple[str, ...]] = []
        self.open_units = 0

    def send(self, message_id: str, mobile: str, text: str) -> ProviderAnswer:
        return self._say("send", message_id, mobile)

    def ask(self, message_id: str) -> ProviderAnswer:
        return self._say("ask", message_id)

    def _say(self, *call: str) -> ProviderAnswer:
        assert self.open_units == 0, "the provider was called inside a transaction"
        self.calls.append(call)
        return self.words.pop(0)


class Desk:
    """The due work, with a provider that says what it is told."""

    def __init__(self, *words: ProviderAnswer, count: int = 1, contact: bool = True) -> None:
        self.messages = FakeMessages()
        sealed = CIPHER.seal(MOBILE, purpose="contact", tenant="xingguo")
        self.contacts = FakeContacts({Recipient("xingguo", "ent-1"): sealed} if contact else {})
        self.uow = FakeUnit("xingguo", stores={Messages: self.messages, Contacts: self.contacts})
        self.sms = FakeSms(*words)
        for number in range(count):
            self.messages.save(
                Message(
                    id=f"m-{number}",
                    tenant="xingguo",
                    enterprise_id=claim().enterprise_id,
                    claim=claim(),
                    channel="sms",
                    template="disbursement_settled",
                    text="资金已到账",
                    created_at=NOON,
                )
            )
            self.uow.schedule("deliver_sms", f"m-{number}", at=NOON, tenant="xingguo")

    def works(self) -> None:
        """Everything that is scheduled comes due."""
        jobs = [Job(tenant, kind, subject, at) for (tenant, kind, subject), at in sorted(self.uow.jobs.items())]
        use_cases.deliver_sms(jobs, self._unit, self.sms, CIPHER)

    def _unit(self, tenants: Sequence[str]) -> FakeUnit:
        assert set(tenants) == {"xingguo"}
        return _Counted(self.uow, self.sms)  # type: ignore[return-value]

    def message(self, number: int = 0) -> Message:
        return self.messages.rows[f"m-{number}"]


class _Counted:
    def __init__(self, uow: FakeUnit, sms: FakeSms) -> None:
        self.uow, self.sms = uow, sms

    def __enter__(self) -> FakeUnit:
        self.sms.open_units += 1
        return self.uow

    def __exit__(self, *_: object) -> None:
        self.sms.open_units -= 1


def test_a_message_is_handed_in_once_and_recorded_with_the_providers_time() -> None:
    desk = Desk(DELIVERED)
    desk.works()
    assert desk.sms.calls == [("send", "m-0", MOBILE)]
    assert (desk.message().state, desk.message().delivered_at) == ("delivered", DELIVERED.delivered_at)
    (event,) = desk.uow.events
    assert isinstance(event, MessageDelivered)
    assert desk.uow.jobs == {}


def test_a_message_whose_answer_was_lost_is_asked_about_before_it_is_sent_again() -> None:
    desk = Desk(ProviderAnswer("silent", "短信平台未答复"), DELIVERED)
    desk.works()
    assert (desk.message().state, desk.message().attempts) == ("pending", 1)
    assert desk.uow.jobs == {("xingguo", "deliver_sms", "m-0"): NOON + timedelta(seconds=1)}
    desk.works()
    assert [call[0] for call in desk.sms.calls] == ["send", "ask"]
    assert desk.message().state == "delivered"


@pytest.mark.parametrize("conduct", ["drip", "half-open", "endless"])
def test_a_provider_that_never_comes_to_an_end_is_asked_before_the_message_goes_again_under_its_id(
    conduct: str,
) -> None:
    desk = Desk()
    with rude(NEVER_DONE[conduct]) as server:
        desk.sms = SmsClient(server.url, limits=Limits(0.4))  # type: ignore[assignment]
        desk.sms.open_units = 0
        for _ in range(2):
            desk.works()
        assert [each.split()[:2] for each in server.asked] == [[b"POST", b"/messages"], [b"GET", b"/messages/m-0"]]
    assert desk.message().state == "pending"
    assert ("xingguo", "deliver_sms", "m-0") in desk.uow.jobs


def test_a_message_that_never_arrived_is_sent_again_with_the_same_id() -> None:
    desk = Desk(ProviderAnswer("silent"), ProviderAnswer("absent"), DELIVERED)
    desk.works()
    desk.works()
    assert desk.sms.calls == [("send", "m-0", MOBILE), ("ask", "m-0"), ("send", "m-0", MOBILE)]
    assert desk.message().state == "delivered"


def test_a_definite_refusal_fails_the_message_at_once() -> None:
    desk = Desk(ProviderAnswer("failed", "号码已停机"))
    desk.works()
    (event,) = desk.uow.events
    assert isinstance(event, MessageFailed)
    assert (event.reason, desk.message().state, desk.uow.jobs) == ("号码已停机", "failed", {})


def test_a_message_still_on_its_way_is_asked_about_until_its_report_comes() -> None:
    desk = Desk(ProviderAnswer("pending", "尚未收到送达回执"), ProviderAnswer("pending", "尚未收到送达回执"), DELIVERED)
    for _ in range(3):
        desk.works()
    assert [call[0] for call in desk.sms.calls] == ["send", "ask", "ask"]
    assert desk.message().state == "delivered"


def test_a_provider_that_stays_silent_is_given_up_after_the_last_attempt() -> None:
    desk = Desk(*[ProviderAnswer("silent", "短信平台未答复")] * ATTEMPTS)
    for _ in range(ATTEMPTS):
        desk.works()
    assert (desk.message().state, desk.message().reason) == ("failed", "短信平台未答复")
    assert desk.uow.jobs == {}


def test_silence_leaves_the_rest_of_the_batch_for_later_without_costing_it_an_attempt() -> None:
    desk = Desk(DELIVERED, ProviderAnswer("silent", "短信平台未答复"), count=4)
    desk.works()
    assert [desk.message(number).state for number in range(4)] == ["delivered", "pending", "pending", "pending"]
    assert [desk.message(number).attempts for number in range(4)] == [0, 1, 0, 0]
    assert set(desk.uow.jobs.values()) == {NOON + timedelta(seconds=1), NOON + use_cases.AFTER_SILENCE}


def test_a_enterprise_whose_number_has_not_arrived_waits_and_is_told_when_it_has() -> None:
    desk = Desk(ProviderAnswer("absent"), DELIVERED, contact=False)
    desk.works()
    assert (desk.sms.calls, desk.message().state, desk.message().reason) == ([], "pending", "企业未登记联系手机")
    desk.contacts.known[Recipient("xingguo", "ent-1")] = CIPHER.seal(MOBILE, purpose="contact", tenant="xingguo")
    desk.works()
    assert desk.message().state == "delivered"


def test_a_job_for_a_message_that_has_ended_is_finished_without_a_call() -> None:
    desk = Desk()
    desk.message().deliver(NOON)
    desk.messages.save(desk.message())
    desk.works()
    assert (desk.sms.calls, desk.uow.jobs) == ([], {})


def test_the_number_is_in_no_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(
        ProviderAnswer("silent", "短信平台未答复"), ProviderAnswer("absent"), ProviderAnswer("failed", "号码已停机")
    )
    desk.works()
    desk.works()
    captured = capsys.readouterr()
    assert MOBILE not in captured.out + captured.err
    assert MOBILE not in repr(desk.message())
