"""Nobody who waits takes places or threads from those who need not wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException
from limits import parse

from contracts.message import Actor
from gateway.identity.remembered import Remembered
from gateway.identity.views import Directory, Principal
from gateway.places import PLACES, LookUps, NoPlace, Places, Threads, Urgency
from gateway.public_address import networks
from gateway.rate_limits import CLIENT, HELD, RateLimits, Rates
from gateway.strangers import looked_up

pytestmark = pytest.mark.anyio

SMALL = {Urgency.ORDER: 4, Urgency.READING: 3, Urgency.PUBLIC: 2}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def taking() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_with_one_service_away_the_others_have_all_their_places(taking: ExitStack) -> None:
    places = Places(SMALL)
    for _ in range(2):
        taking.enter_context(places.taken("oversight", Urgency.PUBLIC))
    with pytest.raises(NoPlace):
        taking.enter_context(places.taken("oversight", Urgency.PUBLIC))
    for _ in range(4):
        taking.enter_context(places.taken("treasury", Urgency.ORDER))


def test_the_public_is_turned_away_before_readers_and_readers_before_orders(taking: ExitStack) -> None:
    places = Places(SMALL)
    for urgency, most in ((Urgency.PUBLIC, 2), (Urgency.READING, 3), (Urgency.ORDER, 4)):
        for _ in range(most - places._taken["treasury"]):
            taking.enter_context(places.taken("treasury", urgency))
        with pytest.raises(NoPlace):
            taking.enter_context(places.taken("treasury", urgency))


def test_a_place_is_free_again_however_the_call_ended() -> None:
    places = Places(dict.fromkeys(Urgency, 1))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.taken("treasury", Urgency.ORDER):
            raise ZeroDivisionError
    with places.taken("treasury", Urgency.ORDER):
        pass


def test_the_real_places_leave_some_to_whoever_orders() -> None:
    assert PLACES[Urgency.PUBLIC] * 2 <= PLACES[Urgency.READING] < PLACES[Urgency.ORDER]


async def test_more_than_may_wait_for_a_thread_are_turned_away_and_keep_nobody() -> None:
    threads, gone_on = Threads(1, 2), threading.Event()
    try:
        waiting = [asyncio.create_task(threads.run(gone_on.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        while threads._limiter.statistics().tasks_waiting < 2:
            await asyncio.sleep(0.001)
        with pytest.raises(NoPlace):
            await threads.run(gone_on.wait)
    finally:
        gone_on.set()
    assert await asyncio.gather(*waiting) == [True] * 3


def coming(rates: Rates | None = None, address: str | None = "203.0.113.7", look_ups: LookUps | None = None) -> Any:
    state = {HELD: rates, CLIENT: address} if rates else {}
    app = SimpleNamespace(state=SimpleNamespace(look_ups=look_ups or LookUps()))
    return SimpleNamespace(scope={"state": state}, app=app)


async def test_strangers_wait_for_threads_of_their_own() -> None:
    look_ups, gone_on = LookUps(), threading.Event()
    request = coming(look_ups=look_ups)
    try:
        strangers = [asyncio.create_task(looked_up(request, gone_on.wait, stranger=True)) for _ in range(50)]
        assert await asyncio.wait_for(looked_up(request, lambda: "known", stranger=False), 5) == "known"
    finally:
        gone_on.set()
    await asyncio.gather(*strangers)


async def test_an_address_that_brings_nobodys_tokens_is_told_to_wait_and_asks_nothing_more() -> None:
    asked: list[int] = []
    request = coming(Rates(RateLimits(sign_in=parse("3/minute")), now=lambda: 1000.0))

    def nobody() -> None:
        asked.append(1)

    for _ in range(3):
        await looked_up(request, nobody, stranger=True)
    with pytest.raises(HTTPException) as told:
        await looked_up(request, nobody, stranger=True)
    assert (told.value.status_code, told.value.headers) == (429, {"Retry-After": "60"})
    assert len(asked) == 3
    assert await looked_up(request, lambda: "somebody", stranger=False) == "somebody"


async def test_whoever_turns_out_to_be_somebody_is_not_counted() -> None:
    request = coming(Rates(RateLimits(sign_in=parse("1/minute")), now=lambda: 1000.0))
    for _ in range(5):
        assert await looked_up(request, lambda: "somebody", stranger=True) == "somebody"


async def test_cookies_of_nobody_count_against_no_address() -> None:
    request = coming(Rates(RateLimits(sign_in=parse("1/minute")), now=lambda: 1000.0))
    for _ in range(5):
        assert await looked_up(request, lambda: None, stranger=True, counted=False) is None
    assert await looked_up(request, lambda: "somebody", stranger=True) == "somebody"


async def test_an_address_that_is_exempt_is_never_told_to_wait() -> None:
    limits = RateLimits(sign_in=parse("1/minute"), exempt=networks("203.0.113.0/24"))
    request = coming(Rates(limits, now=lambda: 1000.0))
    for _ in range(5):
        assert await looked_up(request, lambda: None, stranger=True) is None


class Unasked:
    """A frame whose database must not be asked."""

    def reader(self, *_: object) -> Any:
        raise AssertionError("the database was asked")


@pytest.mark.parametrize(
    "token", ["", "x", "junk", "zd_", f"zd_{'0' * 63}", f"zd_{'g' * 64}", f"zd_{'0' * 65}", "é" * 67]
)
def test_what_cannot_be_a_token_costs_no_question(token: str) -> None:
    directory = Directory(Unasked(), None)  # type: ignore[arg-type]
    assert directory.remembered(token) == (True, None)


def test_the_installations_token_costs_no_question() -> None:
    directory = Directory(Unasked(), "0f1e2d3c4b5a69788796a5b4c3d2e1f0")  # type: ignore[arg-type]
    known, principal = directory.remembered("0f1e2d3c4b5a69788796a5b4c3d2e1f0")
    assert known
    assert principal is not None
    assert principal.tenant == "platform"


def test_thousands_of_strangers_drive_out_nobody_who_was_found() -> None:
    now = [0.0]
    kept: Remembered[Principal] = Remembered(5.0, 10, lambda: now[0])
    somebody = Principal("xingguo", Actor(id="somebody"))
    kept.keep("known", somebody)
    for number in range(1000):
        kept.keep(f"stranger-{number}", None)
    assert kept.answer("known") == (True, somebody)
    assert kept.answer("stranger-999") == (True, None)
    assert kept.answer("stranger-0") == (False, None)
    assert len(kept._nobody) == 10
    now[0] = 5.0
    assert kept.answer("known") == (False, None)
    assert kept.was_found("known")
    assert kept.answer("stranger-999") == (False, None)


def test_the_oldest_gives_way_and_what_is_forgotten_is_asked_about_again() -> None:
    kept: Remembered[int] = Remembered(5.0, 2, lambda: 0.0)
    for number in range(3):
        kept.keep(str(number), number)
    assert [kept.answer(each)[0] for each in "012"] == [False, True, True]
    kept.forget("2")
    assert kept.answer("2") == (False, None)
    assert dict(kept.found()) == {"1": 1}
