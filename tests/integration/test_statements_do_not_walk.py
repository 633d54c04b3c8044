"""No statement walks: every question, and what commands, timers and the frame look for, on a thousand tenants of which one
has six rows of ten, under row security and with the plans of production.

A walk takes no time on a test's few rows. So what is measured is what the server looked at (tests/plans_kit.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from plans_kit import Plans

from bench.grown.calls import CALLS, Answerers, query_contracts
from bench.grown.house import fill, frames
from bench.grown.size import Size
from chassis.edge.frame import Frame
from console.servers.provision import Dsns
from tests.architecture.source_tree import services
from tests.conftest import DATA_KEY

GROWN = Size(cases=12_000, tenants=1_000)

LOOKED_THROUGH: Mapping[str, str] = {
    "list_cases_about_企业7_by_bureau": "a part of a name stands anywhere in it: the tenant's names are read, from their index",
    "list_disbursements_about_企业7_by_bureau": "the same",
    "try_item_content_enterprise_企业7_by_d1": "the same, of the enterprises on which a draft is tried",
    "read_open_data_by_anyone_None": "says how new everything is, with the settings of all places: a row for each",
    "get_onboarding_checklist_by_anyone": "counts who is in which duty today: people of one place, once, when it comes on board",
}
"""Questions that look at more than a page, and why they may."""


@contextmanager
def watched(service: str, database: Callable[[str], Dsns]) -> Iterator[tuple[Frame, Plans]]:
    dsns, plans = database(service), Plans()
    fill(service, dsns, GROWN, DATA_KEY)
    with frames({service: dsns}, DATA_KEY) as made:
        frame = made[service]
        for engine in (frame.engine, frame.event_engine, frame.read_engine, frame.frame_engine, frame.look_engine):
            plans.watch(engine)
        yield frame, plans


@pytest.mark.parametrize("service", [*services(), "gateway"])
def test_no_question_walks(service: str, service_database: Callable[[str], Dsns]) -> None:
    with watched(service, service_database) as (frame, plans):
        answerers = Answerers({service: frame})
        found = {}
        for call in (each for each in CALLS if each.service == service):
            answer = answerers.ask(call, answerers.page(call))
            assert "fault" not in answer, (call.label, answer)
            assert answer.get("refused", {}).get("code") == call.refused, (call.label, answer)
            assert plans.statements > 0 or call.name in ("PreviewItem", "GetItemReach"), f"{call.label} asks nothing"
            if plans.walks:
                found[call.label] = plans.walks
            plans.walks, plans.statements = [], 0
        told = "\n".join(f"{label}\n    " + "\n    ".join(map(str, each)) for label, each in found.items())
        assert found.keys() == {
            call.label for call in CALLS if call.service == service and call.label in LOOKED_THROUGH
        }, told


def test_every_question_is_asked() -> None:
    assert {call.name for call in CALLS} == set(query_contracts())
    labels = [call.label for call in CALLS]
    assert len(labels) == len(set(labels))
