"""The register is asked first how earlier instalments ended; of those that it has not heard of, the case says it."""

from __future__ import annotations

from contracts.money import Money
from contracts.rule import AwardHistory, InstalmentRecord
from services.review.register.past import with_what_the_case_knows

PAID = InstalmentRecord(number=1, outcome="paid", money=Money(500))
SKIPPED = InstalmentRecord(number=2, outcome="skipped")


def history(*instalments: InstalmentRecord, year: int | None = None, whole: int | None = None) -> AwardHistory:
    return AwardHistory(
        family="A-1",
        claim="application-1",
        claim_year=year,
        instalments=instalments,
        whole=None if whole is None else Money(whole),
    )


def test_an_instalment_that_paid_nothing_is_known_from_the_case() -> None:
    found = with_what_the_case_knows(history(PAID, year=2026), history(PAID, SKIPPED, year=2025))
    assert found.instalments == (PAID, SKIPPED)
    assert found.claim_year == 2026


def test_what_the_register_says_counts_before_what_the_case_knew() -> None:
    corrected = InstalmentRecord(number=1, outcome="paid", money=Money(300))
    assert with_what_the_case_knows(history(corrected), history(PAID)).instalments == (corrected,)


def test_a_register_that_has_not_heard_of_the_claim_learns_all_from_the_case() -> None:
    found = with_what_the_case_knows(history(), history(PAID, year=2026, whole=900))
    assert (found.instalments, found.claim_year, found.whole) == ((PAID,), 2026, Money(900))


def test_a_first_instalment_has_nothing_before_it() -> None:
    assert with_what_the_case_knows(history(), None) == history()
