"""Which account money goes to: the newest of an enterprise, or that of the one that it was merged into."""

from __future__ import annotations

import pytest

from chassis.testing.fakes import NOON
from services.treasury.account_copies.domain import CurrentAccount
from tests.unit.treasury.treasury_kit import CHECKER, payee, ready, received_disbursement, sent


@pytest.mark.parametrize(("version", "replaces"), [(1, False), (2, False), (3, True)])
def test_of_one_enterprise_only_a_newer_version_replaces(version: int, replaces: bool) -> None:
    assert CurrentAccount("enterprise-1", payee(version)).replaces(payee(2), "enterprise-1") is replaces


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_survivors_account_replaces_that_of_whoever_was_merged_into_it_whatever_its_version(version: int) -> None:
    account = CurrentAccount("survivor", payee(version), frozenset({"enterprise-1", "middle"}))
    assert account.replaces(payee(2), "enterprise-1")
    assert account.replaces(payee(2), "middle")
    assert not CurrentAccount("middle", payee(version), frozenset({"enterprise-1"})).replaces(payee(2), "survivor")


def test_what_is_held_or_ready_follows_and_stays_what_it_is() -> None:
    for disbursement in (received_disbursement(), ready()):
        before, said = disbursement.state, len(disbursement.pending)
        assert disbursement.follow_account(CurrentAccount("enterprise-1", payee(2)))
        assert (disbursement.state, disbursement.payee.account_version) == (before, 2)
        assert len(disbursement.pending) == said
        assert not disbursement.follow_account(CurrentAccount("enterprise-1", payee(2)))


def test_a_release_holds_for_the_account_that_it_was_given_for() -> None:
    disbursement = ready()
    disbursement.authorise(by=CHECKER.id, at=NOON)
    assert not disbursement.follow_account(CurrentAccount("enterprise-1", payee(1)))
    assert disbursement.authorised_by == CHECKER.id
    assert disbursement.follow_account(CurrentAccount("enterprise-1", payee(2)))
    assert (disbursement.state, disbursement.authorised_by, disbursement.authorised_at) == ("ready", None, None)
    assert "**** 0001" in str(disbursement.reason)
    assert "**** 0002" in str(disbursement.reason)


def test_what_the_bank_never_heard_of_goes_on_being_named_by_all_that_follows() -> None:
    first = sent()
    first.doubt("银行未答复")
    first.go_unheard(NOON, 1)
    first.fail("银行从未收到")
    account = CurrentAccount("enterprise-1", payee(2))
    second = first.next_attempt(account, at=NOON, year=2026, payout_days=1)
    assert (second.unheard_instruction_id, second.unheard_asked_at) == (first.instruction_id, NOON)
    third = second.next_attempt(account, at=NOON, year=2026, payout_days=1)
    assert third.unheard_instruction_id == first.instruction_id


def test_what_the_bank_refused_by_its_own_word_is_not_called_unheard() -> None:
    refused = sent()
    refused.fail("账户已销户")
    assert not refused.never_heard
    second = refused.next_attempt(CurrentAccount("enterprise-1", payee(2)), at=NOON, year=2026, payout_days=1)
    assert second.unheard_instruction_id is None


@pytest.mark.parametrize(("noes", "quiet"), [(1, False), (2, False), (3, True)])
def test_after_so_many_noes_it_is_presented_no_more(noes: int, quiet: bool) -> None:
    disbursement = sent()
    for _ in range(noes):
        disbursement.go_unheard(NOON, 3)
    assert (disbursement.quiet_since is not None) is quiet
    assert disbursement.unheard == noes


def test_a_contradiction_is_said_once_and_recalls_a_release() -> None:
    disbursement = ready()
    disbursement.authorise(by=CHECKER.id, at=NOON)
    disbursement.contradict("甲")
    disbursement.contradict("乙")
    assert (disbursement.state, disbursement.contradiction) == ("ready", "甲")
    said = [type(each.event).__name__ for each in disbursement.pending]
    assert said[-2:] == ["DisbursementRecalled", "DisbursementContradicted"]
