"""Places and pots of real items: who is still served when there is not enough for all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from contracts.money import Money
from contracts.rule import BatchClaim, Quota
from rules import allot
from tests.unit.rules.sample_files import ITEMS

OPENING = datetime(2022, 8, 24, 1, tzinfo=UTC)


def claims(number: int, wan: int) -> list[BatchClaim]:
    """So many claims, one a minute, each asking for the same amount in 万元."""
    return [
        BatchClaim(claim_id=f"claim-{n:03d}", money=Money(wan * 1_000_000), filed_at=OPENING + timedelta(minutes=n))
        for n in range(1, number + 1)
    ]


def the_quota(code: str) -> Quota:
    (quota,) = ITEMS[code].rules.quotas
    return quota


def test_sixty_two_little_giants_of_chengdu_are_served_and_the_next_is_not():
    found = allot(ITEMS["SC-018"].rules, the_quota("SC-018"), claims(63, 20), date(2022, 9, 1))
    assert [each.outcome for each in found] == ["served"] * 62 + ["not_served"]
    assert Money.total(each.money for each in found) == Money(62 * 20 * 1_000_000)


def test_the_pot_for_convoys_to_ganzhou_lasts_for_thirty_of_them():
    found = allot(ITEMS["GZ-005"].rules, the_quota("GZ-005"), claims(31, 1), date(2022, 9, 1))
    assert [each.outcome for each in found] == ["served"] * 30 + ["not_served"]
    assert Money.total(each.money for each in found) == Money(30_000_000)
