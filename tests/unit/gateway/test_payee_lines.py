"""Receivers that an officer writes or pastes, a line each."""

from __future__ import annotations

import pytest

from contracts.case_payees import CasePayee
from contracts.refusal import Refused
from gateway.portal.department.cases.payee_lines import lines_of, payees_in


def test_lines_are_read_with_commas_of_both_kinds_and_out_of_a_table() -> None:
    named = payees_in("1，g1，500\n\n1,g2, 1500.05 元\n2\tbank\t1,000.00")
    assert [(each.part, each.holder_id, each.amount_fen) for each in named] == [
        (1, "g1", 50_000),
        (1, "g2", 150_005),
        (2, "bank", 100_000),
    ]


def test_every_line_that_names_nobody_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        payees_in("1，g1\n一，g2\n1，\n11，g3\n1，g4，0.001\n1，g5，1，2\n2，g6")
    assert [each.message[:5] for each in refused.value.reasons] == [f"第 {line} 行" for line in (2, 3, 4, 5, 6)]


def test_no_line_and_too_many_lines_are_refused() -> None:
    with pytest.raises(Refused) as nobody:
        payees_in(" \n")
    with pytest.raises(Refused) as crowd:
        payees_in("\n".join(f"1，g{n}，1" for n in range(501)))
    assert (nobody.value.code, crowd.value.code) == ("no_payee_line", "too_many_payee_lines")


def test_what_is_named_is_shown_so_that_it_can_be_changed_and_sent_again() -> None:
    said = [
        ("graduate", 1, "g1", 50_000),
        ("graduate", 1, "g2", 150_005),
        ("bank", 2, "bank", 7),
        ("applicant", 3, None, 9),
    ]
    payees = [
        CasePayee.model_validate(
            {"number": n, "part": part, "who": who, "label": who, "holder_id": id, "amount_fen": fen}
        )
        for n, (who, part, id, fen) in enumerate(said, 1)
    ]
    assert lines_of(payees) == "1，g1，500.00\n1，g2，1500.05\n2，bank"
    assert len(payees_in(lines_of(payees))) == 3
