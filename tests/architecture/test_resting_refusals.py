"""What a refusal is said to rest on is heard by the service that says it, and each is told in the decision."""

from __future__ import annotations

from typing import cast

from console.contracts.refusals import refusal_classes, speaker_of
from console.place import CHECKOUT
from contracts.flow import SERVICES, aggregates_heard_by
from contracts.message import ServiceName
from services.intake.applications.domain import RESTS_ON

DECISION = CHECKOUT / "docs" / "decisions" / "0016-what-one-has-just-written.md"


def test_a_refusal_rests_only_on_what_its_service_hears_of() -> None:
    for refusal in refusal_classes():
        speaker = speaker_of(refusal)
        hearers = [cast("ServiceName", speaker)] if speaker in SERVICES else list(SERVICES)
        for hearer in hearers:
            heard = {aggregate for _, aggregate in aggregates_heard_by(hearer)}
            assert set(refusal.rests_on) <= heard, (refusal.__name__, hearer)


def test_every_refusal_that_rests_on_a_copy_stands_in_the_decision() -> None:
    told = DECISION.read_text()
    codes = {refusal.code for refusal in refusal_classes() if refusal.rests_on} | set(RESTS_ON)
    assert {code for code in codes if f"`{code}`" not in told} == set()
