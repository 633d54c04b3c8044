"""A check at a department's own system: what counts as an answer, what does not, and when a person answers instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.jobs import Job
from services.review.dispatches import answers, use_cases
from services.review.dispatches.department_system import HeardOfCheck, SystemAt
from services.review.dispatches.domain import CheckAsked, CheckQuestion, Dispatch, DispatchIsOver
from services.review.dispatches.judging import CLOCKS_APART, Nonsense, SystemWords, judge
from services.review.dispatches.quiet import QuietSystems
from services.review.dispatches.registered_system import RegisteredSystem
from services.review.dispatches.store import Dispatches, RegisteredSystems, SystemSecrets

TENANT = "zhanggong"
GROUND = "近三年未发生较大以上生产安全事故"
QUESTION = CheckQuestion(
    receipt="GZ-1", uscc="91360702DEM000014H", enterprise_name="样本电子有限公司", grounds=(GROUND, "无欠税")
)
ASKED = CheckAsked(task_id="task-1", case_id="case-1", tenant=TENANT, department_id="emergency", question=QUESTION)
PATIENCE = timedelta(hours=2)
BARRED = {"answer": "barred", "ground": GROUND, "condition": "2026 年发生一起", "basis": "《若干措施》第八条"}


def begun() -> Dispatch:
    return Dispatch.begin(ASKED, "system-1", PATIENCE, NOON)


def words(dispatch: Dispatch, **said: Any) -> SystemWords:
    about = {"check_id": dispatch.id, "receipt": dispatch.receipt, "state": "answered", "answer": "clear"}
    return SystemWords(**{**about, "source": "应急管理局事故台账", "as_of": NOON, **said})


def heard(dispatch: Dispatch, **said: Any) -> HeardOfCheck:
    return HeardOfCheck("said", words(dispatch, **said), "…")


# -- what counts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["clear", "no_record", "not_ours"])
def test_an_answer_of_the_agreed_words_counts_with_its_source_and_time(answer: str) -> None:
    dispatch = begun()
    said = judge(words(dispatch, answer=answer), dispatch, NOON)
    assert not isinstance(said, Nonsense)
    assert said is not None
    assert (said.answer, said.source, said.as_of, said.ground) == (answer, "应急管理局事故台账", NOON, None)


def test_a_firm_is_barred_on_one_of_the_published_conditions_that_were_asked_about() -> None:
    dispatch = begun()
    said = judge(words(dispatch, **BARRED), dispatch, NOON)
    assert not isinstance(said, Nonsense)
    assert said is not None
    assert (said.ground, said.condition, said.basis) == (GROUND, "2026 年发生一起", "《若干措施》第八条")


NONSENSE = {
    "another check": {"check_id": "c-2"},
    "another case": {"receipt": "GZ-2"},
    "an unknown word": {"answer": "probably_fine"},
    "an unknown state": {"state": "thinking"},
    "no word": {"answer": None},
    "no source": {"source": None},
    "an empty source": {"source": " "},
    "no time": {"as_of": None},
    "the future": {"as_of": NOON + CLOCKS_APART + timedelta(seconds=1)},
    "a ground that is not published": {**BARRED, "ground": "本系统内部名单"},
    "a ground that was not asked about": {**BARRED, "ground": "近三年无环境违法"},
    "barred without a ground": {"answer": "barred"},
    "barred without a condition": {**BARRED, "condition": None},
    "barred without a basis": {**BARRED, "basis": None},
    "records instead of a sentence": {**BARRED, "condition": "处罚决定书" * 50},
    "clear, but barred": {**BARRED, "answer": "clear"},
}


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE.keys())
def test_what_does_not_fit_is_nonsense(said: dict[str, Any]) -> None:
    dispatch = begun()
    assert isinstance(judge(words(dispatch, **said), dispatch, NOON), Nonsense)


def test_a_system_that_is_still_at_work_has_said_nothing() -> None:
    dispatch = begun()
    assert judge(words(dispatch, state="taken", answer=None, source=None, as_of=None), dispatch, NOON) is None


def test_without_published_grounds_nobody_can_be_barred_by_a_system() -> None:
    dispatch = begun()
    dispatch.question = QUESTION.model_copy(update={"grounds": ()})
    assert isinstance(judge(words(dispatch, **BARRED), dispatch, NOON), Nonsense)


TEXTS = st.one_of(st.none(), st.sampled_from(["clear", "barred", "no_record", GROUND, "无", ""]), st.text(max_size=30))


@given(state=TEXTS, answer=TEXTS, ground=TEXTS, condition=TEXTS, basis=TEXTS, source=TEXTS)
def test_nothing_but_the_word_itself_is_ever_taken_for_clear(state: str | None, **said: str | None) -> None:
    dispatch = begun()
    judged = judge(words(dispatch, **said, state=state or "answered"), dispatch, NOON)
    if judged is not None and not isinstance(judged, Nonsense):
        assert judged.answer == said["answer"]
        assert judged.answer != "barred" or judged.ground in QUESTION.grounds


# -- its way ----------------------------------------------------------------------------------------------


def test_both_legs_are_timed() -> None:
    dispatch = begun()
    dispatch.be_taken(NOON + timedelta(seconds=5))
    dispatch.be_taken(NOON + timedelta(seconds=50))
    said = judge(words(dispatch), dispatch, NOON)
    assert said is not None
    assert not isinstance(said, Nonsense)
    dispatch.be_answered(said, NOON + timedelta(seconds=65))
    assert (dispatch.sent_at, dispatch.answered_at) == (NOON + timedelta(seconds=5), NOON + timedelta(seconds=65))


def test_nothing_comes_after_a_person_was_asked_instead() -> None:
    dispatch = begun()
    dispatch.hand_back("silent", NOON)
    with pytest.raises(DispatchIsOver):
        dispatch.be_taken(NOON)
    with pytest.raises(DispatchIsOver):
        dispatch.hand_back("nonsense", NOON)


@given(asks=st.integers(0, 10_000), minutes=st.integers(0, 120))
def test_it_is_asked_again_later_and_later_but_never_after_patience_has_ended(asks: int, minutes: int) -> None:
    dispatch, now = begun(), NOON + timedelta(minutes=minutes)
    dispatch.asks = asks
    sooner = dispatch.next_ask(now)
    dispatch.ask()
    assert now <= sooner <= dispatch.next_ask(now) <= dispatch.give_up_at


# -- what is due ------------------------------------------------------------------------------------------


class OneSystem:
    """Says what it is told to, call by call; the last is said for ever."""

    def __init__(self, *said: HeardOfCheck) -> None:
        self.said = list(said)
        self.calls: list[str] = []

    def send(self, at: SystemAt, check_id: str, question: CheckQuestion) -> HeardOfCheck:
        return self._say("send")

    def ask(self, at: SystemAt, check_id: str) -> HeardOfCheck:
        return self._say("ask")

    def may_be(self, address: str) -> bool:
        return True

    def _say(self, call: str) -> HeardOfCheck:
        self.calls.append(call)
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]


class Systems(MemoryStore[RegisteredSystem]):
    def open_of(self, departments: set[tuple[str, str]]) -> dict[tuple[str, str], RegisteredSystem]:
        found = {(each.tenant, each.department_id): each for each in self.rows.values() if each.state == "open"}
        return {key: found[key] for key in departments if key in found}

    def look_at(self, ids: Sequence[str]) -> dict[str, RegisteredSystem]:
        return self.get_many(ids)


class Sent(MemoryStore[Dispatch]):
    def look_at(self, ids: Sequence[str]) -> dict[str, Dispatch]:
        return self.get_many(ids)


class Secrets:
    unit: Any = None

    def sealed(self, ids: Sequence[str]) -> dict[str, str]:
        return dict.fromkeys(ids, "sealed")


class NoCipher:
    def open(self, sealed: str, *, purpose: str, tenant: str) -> str:
        return "secret-of-both-sides"


class Room:
    """The room in memory, with one system that answers as told."""

    def __init__(self) -> None:
        self.quiet = QuietSystems()
        self.cipher: Any = NoCipher()
        system = RegisteredSystem(
            id="system-1",
            tenant=TENANT,
            version=1,
            department_id="emergency",
            name="应急管理业务系统",
            address="https://yjj.example.gov.cn",
            patience_minutes=120,
            registered_by="admin",
            registered_at=NOON,
        )
        self.systems, self.sent = Systems(system), Sent()
        stores: dict[type, Any] = {RegisteredSystems: self.systems, Dispatches: self.sent, SystemSecrets: Secrets()}
        self.uow = FakeUnit(TENANT, stores=stores)
        self.done: list[Job] = []

    @property
    def one(self) -> Dispatch:
        (dispatch,) = self.sent.rows.values()
        return dispatch

    def asks(self, system: OneSystem, *, at: datetime = NOON) -> None:
        """One round of what is due for the one dispatch."""
        self.uow.now = at
        due = self.uow.jobs.pop((TENANT, use_cases.ASK_SYSTEM, self.one.id), at)
        job = Job(TENANT, use_cases.ASK_SYSTEM, self.one.id, due)
        use_cases.ask_systems([job], self.unit, system, self.cipher, self.quiet)

    def unit(self, tenants: Sequence[str]) -> Any:
        room = self

        class Unit:
            def __enter__(self) -> FakeUnit:
                return room.uow

            def __exit__(self, *how: object) -> None:
                return None

        return Unit()

    def scheduled(self) -> set[tuple[str, str]]:
        return {(kind, subject) for _tenant, kind, subject in self.uow.jobs}


@pytest.fixture
def room() -> Room:
    made = Room()
    use_cases.dispatch_checks([ASKED], made.uow)  # type: ignore[arg-type]
    return made


def test_a_task_goes_to_its_departments_system_once_and_others_are_peoples_at_once() -> None:
    room = Room()
    other = CheckAsked(task_id="task-2", case_id="case-1", tenant=TENANT, department_id="tax", question=QUESTION)
    for _again in range(2):
        assert use_cases.dispatch_checks([ASKED, other], room.uow) == {"task-1"}  # type: ignore[arg-type]
    assert room.one.state == "to_send"
    assert room.scheduled() == {(use_cases.ASK_SYSTEM, room.one.id)}


def test_an_answer_counts_when_the_system_stands_by_it(room: Room) -> None:
    system = OneSystem(heard(room.one))
    room.asks(system)
    assert system.calls == ["send", "ask"]
    assert room.one.state == "answered"
    assert room.scheduled() == {(answers.CHECK_ANSWERED, "task-1")}


def test_a_system_that_says_two_things_is_believed_in_neither(room: Room) -> None:
    room.asks(OneSystem(heard(room.one), heard(room.one, answer="no_record")))
    assert (room.one.state, room.one.fall_back, room.one.nonsense) == ("fell_back", "nonsense", 1)
    assert room.scheduled() == {(answers.CHECK_FELL_BACK, "task-1")}


def test_an_answer_that_cannot_be_confirmed_now_is_asked_for_again(room: Room) -> None:
    states = []
    room.asks(OneSystem(heard(room.one), HeardOfCheck("silent")))
    states.append(room.one.state)
    room.asks(OneSystem(heard(room.one)), at=NOON + timedelta(minutes=5))
    states.append(room.one.state)
    assert states == ["sent", "answered"]


def test_what_a_system_has_lost_is_sent_again(room: Room) -> None:
    taken = heard(room.one, state="taken", answer=None)
    room.asks(OneSystem(taken))
    system = OneSystem(HeardOfCheck("absent"), taken)
    room.asks(system, at=NOON + timedelta(minutes=5))
    assert system.calls == ["ask", "send"]


def test_silence_ends_with_a_person_and_never_with_an_answer(room: Room) -> None:
    system, at = OneSystem(HeardOfCheck("silent")), NOON
    while not room.one.is_over():
        room.asks(system, at=at)
        at = room.uow.jobs.get((TENANT, use_cases.ASK_SYSTEM, room.one.id), at)
    assert (room.one.state, room.one.fall_back, room.one.said) == ("fell_back", "silent", None)
    assert room.one.fell_back_at == NOON + PATIENCE
    assert room.scheduled() == {(answers.CHECK_FELL_BACK, "task-1")}
    assert "转人工" in room.one.reason


def test_a_check_that_is_refused_is_a_persons_at_once(room: Room) -> None:
    room.asks(OneSystem(HeardOfCheck("refused", text="HTTP 401")))
    assert (room.one.fall_back, "HTTP 401" in room.one.reason) == ("refused", True)


def test_a_closed_system_is_not_called(room: Room) -> None:
    room.systems.rows["system-1"].close("停用", by="admin", at=NOON)
    system = OneSystem(heard(room.one))
    room.asks(system)
    assert (system.calls, room.one.fall_back) == ([], "closed")


def test_what_a_person_has_answered_meanwhile_is_asked_no_more_and_nothing_is_said_of_it(room: Room) -> None:
    use_cases.call_off([(TENANT, "task-1")], room.uow)  # type: ignore[arg-type]
    assert (room.one.fall_back, room.scheduled()) == ("called_off", set())
    system = OneSystem(heard(room.one))
    room.asks(system)
    assert system.calls == []


def test_nobody_waits_behind_a_silent_system() -> None:
    quiet = QuietSystems()
    pauses = []
    now = NOON
    for _again in range(8):
        quiet.note("system-1", silent=True, now=now)
        until = quiet.until("system-1", now)
        assert until is not None
        pauses.append((until - now).total_seconds())
        now = until
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    assert quiet.until("system-1", now) is None
    quiet.note("system-1", silent=False, now=now)
    quiet.note("system-1", silent=True, now=now)
    assert quiet.until("system-1", now) == now + timedelta(seconds=2)
