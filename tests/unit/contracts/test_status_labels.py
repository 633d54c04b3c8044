"""Every status of the contracts has its label, for staff and for the public, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from contracts import status_labels as labels
from contracts.case_events import SupplementFault
from contracts.case_steps import PauseCause, SlotVerdict, StepState
from contracts.case_tasks import Task, TaskState
from contracts.drafting import Stage
from contracts.enterprises import PayeeAccountStanding
from contracts.notify import Channel, MessageState
from contracts.operations import LineOutcome, OperationState
from contracts.policies import ItemState
from contracts.review import CaseState
from contracts.treasury import DisbursementState
from services.oversight.domain import CASE_STATES, MONEY_STATES, SUPPLEMENTING

OF: list[tuple[Any, Mapping[Any, labels.StatusLabel]]] = [
    (CaseState, labels.CASE),
    (DisbursementState, labels.DISBURSEMENT),
    (Task, labels.TASK),
    (StepState, labels.STEP),
    (SlotVerdict, labels.VERDICT),
    (TaskState, labels.TASK_STATE),
    (SupplementFault, labels.SUPPLEMENT_FAULT),
    (PauseCause, labels.PAUSE),
    (ItemState, labels.ITEM),
    (Stage, labels.DRAFT),
    (OperationState, labels.OPERATION),
    (LineOutcome, labels.LINE),
    (PayeeAccountStanding, labels.PAYEE_ACCOUNT),
    (MessageState, labels.MESSAGE),
    (Channel, labels.CHANNEL),
]


@pytest.mark.parametrize(("status", "named"), OF)
def test_every_value_of_a_status_is_named_for_everybody(status: Any, named: Mapping[str, labels.StatusLabel]) -> None:
    assert set(named) == set(get_args(status))
    for label in named.values():
        assert all(text.strip() for text in label)


@pytest.mark.parametrize(
    "named", [labels.CASE, labels.DISBURSEMENT, labels.ITEM, labels.DRAFT, labels.OPERATION, labels.TASK, labels.STEP]
)
def test_no_two_statuses_of_a_thing_look_alike(named: Mapping[str, labels.StatusLabel]) -> None:
    for texts in zip(*named.values(), strict=True):
        assert len(set(texts)) == len(named)


def test_every_state_in_which_a_case_is_tracked_is_named_and_none_is_named_twice() -> None:
    tracked = {"submitted", SUPPLEMENTING, *CASE_STATES.values(), *MONEY_STATES.values()}
    assert tracked <= set(labels.TRACKED)
    for texts in zip(*(labels.TRACKED[each] for each in tracked), strict=True):
        assert len(set(texts)) == len(tracked)


def test_filing_is_not_called_acceptance() -> None:
    assert "受理" not in labels.FILED.public_zh
    assert labels.TRACKED["submitted"].public("zh") == "已收件"
    assert labels.TRACKED["ready"].staff("en") == "To be authorised"
