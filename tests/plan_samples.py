"""A plan as it stands, for samples of pages."""

from __future__ import annotations

from datetime import timedelta

from chassis.testing.fakes import NOON

STEPS = (
    {"number": 0, "kind": "acceptance", "state": "passed", "slots": [{"slot": "", "state": "passed"}]},
    {
        "number": 1,
        "kind": "material_check",
        "state": "passed",
        "slots": [
            {
                "slot": "",
                "state": "passed",
                "department": "区科技局",
                "by": "officer-2",
                "at": NOON - timedelta(days=1),
                "reason": "材料已逐项核对",
            }
        ],
    },
    {
        "number": 2,
        "kind": "approval",
        "state": "open",
        "slots": [{"slot": "审批岗", "state": "open", "task_id": "task-1", "department": "区科技局"}],
    },
)
"""A plan as it stands: accepted, checked by one person, to be approved by another."""
