"""Whom the matching process reads next: who was asked for, then the large ones, then the near-empty many at a time."""

from __future__ import annotations

from services.catalog.matching.desk import FEW, TOGETHER, next_part

SIZES = {"city": 90_000, "county": FEW + 1, "small": FEW, **{f"t{n:03d}": 1 for n in range(400)}}
WAITING = sorted(SIZES, key=lambda tenant: -SIZES[tenant])


def test_a_large_tenant_is_read_alone_and_the_largest_first() -> None:
    assert next_part(WAITING, SIZES, []) == ["city"]
    assert next_part(WAITING[1:], SIZES, []) == ["county"]


def test_near_empty_tenants_are_read_together_and_not_too_many() -> None:
    part = next_part(WAITING[2:], SIZES, [])
    assert part[0] == "small"
    assert len(part) == len(set(part)) == TOGETHER
    assert set(next_part(WAITING[-3:], SIZES, [])) == set(WAITING[-3:])


def test_who_was_asked_for_comes_first_and_brings_others_like_it_along() -> None:
    part = next_part(WAITING, SIZES, ["t399", "t398"])
    assert part[:2] == ["t399", "t398"]
    assert len(part) == TOGETHER
    assert "city" not in part
    assert next_part(WAITING, SIZES, ["county"]) == ["county"]


def test_who_was_asked_for_and_is_nobody_or_read_already_holds_up_nothing() -> None:
    assert next_part(WAITING, SIZES, ["nobody"]) == ["city"]
    assert next_part(WAITING[1:], SIZES, ["city"]) == ["county"]
