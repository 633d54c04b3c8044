"""The table of moves is whole: every state is in it, and every end can be reached."""

from __future__ import annotations

from typing import get_args

from contracts.case_events import CaseReopened
from contracts.flow import FLOW
from contracts.review import CaseState
from services.review.cases.moves import MOVES, OPEN, OUTCOMES

STATES = set(get_args(CaseState))


def test_every_state_is_in_the_table_of_moves():
    assert {state for move in MOVES for state in move if state} == STATES


def test_every_state_can_be_reached_from_nothing():
    reached: set[CaseState | None] = {None}
    while more := {after for before, after in MOVES if before in reached} - reached:
        reached |= more
    assert reached - {None} == STATES


def test_what_is_over_never_moves_again_and_every_outcome_has_a_word():
    ends = STATES - {before for before, _ in MOVES if before}
    assert ends == {"not_accepted", "withdrawn"}
    assert set(OUTCOMES) == STATES - OPEN


def test_what_is_decided_is_looked_at_again_only_by_being_reopened():
    again = {event for (before, after), event in MOVES.items() if before in ("approved", "rejected") and after in OPEN}
    assert again == {CaseReopened}


def test_every_move_reports_an_event_that_review_sends():
    assert {FLOW[event].producer for event in MOVES.values()} == {"review"}
