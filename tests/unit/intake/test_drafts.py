"""A draft keeps what was typed last, and never overwrites what somebody has not seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from contracts.application_drafts import LARGEST_DRAFT, MOST_FIELDS, SaidField
from contracts.message import Actor
from services.intake.drafts.draft import KEPT_FOR, ApplicationDraft, DraftTooLarge

CLERK, OTHER = Actor(id="clerk"), Actor(id="other")


def draft() -> ApplicationDraft:
    return ApplicationDraft(
        id="draft-1",
        tenant="zhanggong",
        enterprise_id="ent-1",
        item_id="GZ-001",
        item_version=1,
        begun_at=NOON,
        begun_by="clerk",
        saved_at=NOON,
    )


def say(name: str, *values: str, seen: int = 0) -> SaidField:
    return SaidField(name=name, values=values, seen=seen)


def texts(of: ApplicationDraft) -> dict[str, tuple[str, ...]]:
    return {name: each.values for name, each in of.fields.items()}


def test_what_is_typed_is_kept_complete_or_not() -> None:
    begun = draft()
    assert begun.take([say("answers.revenue:2025", "12,0"), say("commitments", "licence", "audit")], CLERK, NOON) == ()
    assert texts(begun) == {"answers.revenue:2025": ("12,0",), "commitments": ("licence", "audit")}


def test_the_same_words_again_change_nothing() -> None:
    begun = draft()
    begun.take([say("replaces", "ZG-1")], CLERK, NOON)
    assert begun.take([say("replaces", "ZG-1")], OTHER, NOON + timedelta(hours=1)) == ()
    assert (begun.number, begun.saved_at) == (1, NOON)


def test_who_has_not_seen_the_other_word_is_told_and_overwrites_nothing() -> None:
    begun = draft()
    begun.take([say("replaces", "ZG-1")], CLERK, NOON)
    begun.take([say("replaces", "ZG-2", seen=1)], CLERK, NOON)
    assert begun.take([say("replaces", "ZG-3", seen=1), say("commitments", "audit")], OTHER, NOON) == ("replaces",)
    assert texts(begun) == {"replaces": ("ZG-2",), "commitments": ("audit",)}
    assert begun.take([say("replaces", "ZG-3", seen=2)], OTHER, NOON) == ()
    assert texts(begun)["replaces"] == ("ZG-3",)


def test_what_was_typed_before_can_be_blanked_and_what_was_never_typed_is_not_kept_as_blank() -> None:
    begun = draft()
    begun.take([say("replaces", "ZG-1"), say("commitments")], CLERK, NOON)
    assert list(begun.fields) == ["replaces"]
    begun.take([say("replaces", seen=1)], CLERK, NOON)
    assert texts(begun) == {"replaces": ()}


def test_more_than_a_draft_holds_is_refused_whole() -> None:
    begun = draft()
    begun.take([say("replaces", "ZG-1")], CLERK, NOON)
    long = [say(f"answers.f{place}", "长" * 8000) for place in range(LARGEST_DRAFT // 8000 + 1)]
    with pytest.raises(DraftTooLarge, match="200,000"):
        begun.take(long, CLERK, NOON)
    begun.take([say(f"answers.g{place}", "x") for place in range(MOST_FIELDS - 1)], CLERK, NOON)
    with pytest.raises(DraftTooLarge):
        begun.take([say("answers.more", "x")], CLERK, NOON)
    assert len(begun.fields) == MOST_FIELDS


def test_exactly_what_a_draft_holds_is_kept() -> None:
    begun = draft()
    full = [say(f"answers.f{place}", "长" * 8000) for place in range(LARGEST_DRAFT // 8000)]
    assert begun.take(full, CLERK, NOON) == ()
    with pytest.raises(DraftTooLarge):
        begun.take([say("answers.more", "x")], CLERK, NOON)


def test_it_is_kept_for_half_a_year_after_it_was_saved_last() -> None:
    begun = draft()
    begun.take([say("replaces", "ZG-1")], CLERK, NOON + timedelta(days=3))
    assert begun.view(1, "示例").kept_until == NOON + timedelta(days=3) + KEPT_FOR


NAMES = ("answers.a:", "answers.b:2025", "commitments")
WORDS = st.lists(st.sampled_from(("", "1", "2")), max_size=2).map(tuple)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(NAMES), WORDS), max_size=25))
def test_whoever_types_in_two_tabs_loses_no_word_without_having_seen_the_other(
    typed: list[tuple[bool, str, tuple[str, ...]]],
) -> None:
    """Each tab knows the fields as it saw them last; being told of another word is seeing it."""
    begun = draft()
    seen: tuple[dict[str, int], dict[str, int]] = ({}, {})
    stands: dict[str, tuple[str, ...]] = {}
    for tab, name, values in typed:
        knows = seen[tab].get(name, 0)
        latest = begun.fields[name].number if name in begun.fields else 0
        differing = begun.take([say(name, *values, seen=knows)], CLERK, NOON)
        if stands.get(name, ()) != values and knows != latest:
            assert differing == (name,), "somebody else's word was not seen"
        else:
            assert differing == ()
            stands[name] = values
        seen[tab][name] = begun.fields[name].number if name in begun.fields else 0
        assert {each: words for each, words in texts(begun).items() if words} == {k: v for k, v in stands.items() if v}
