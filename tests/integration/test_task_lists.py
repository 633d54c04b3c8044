"""A department's tasks, whether it is meant by the register or by its name: one list, page by page, the least time left first."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from frame_kit import psycopg_url
from key_kit import key_ring

from bench.grown.calls import OFFICER, Answerers, Call
from bench.grown.house import fill, frames
from bench.grown.size import BIG, Size
from console.servers.provision import Dsns

BY_NAME = "UPDATE case_task SET department_id = NULL WHERE tenant = %s AND right(id, 1) IN ('0', '4')"
OWN = """
SELECT id FROM case_task WHERE tenant = %s AND state = 'open' AND (department_id = 'd1' OR department_id IS NULL AND department = %s)
ORDER BY due_order, id
"""


@pytest.mark.parametrize("limit", [7, 20, 100])
def test_what_is_its_own_by_the_register_and_by_its_name_is_one_list(
    service_database: Callable[[str], Dsns], limit: int
) -> None:
    dsns = service_database("review")
    fill("review", dsns, Size(cases=0, tenants=2, open=90), key_ring())
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute(BY_NAME, [BIG])
        wanted = [row[0] for row in owner.execute(OWN, [BIG, "工信局"]).fetchall()]
    with frames({"review": dsns}, key_ring()) as made:
        answerers, found, cursor = Answerers(made), list[str](), None
        while True:
            page = answerers.ask(Call("ListTasks", OFFICER, {"limit": limit}), cursor)["ok"]
            found += [each["task_id"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
    assert found == wanted
    assert len(found) > 40
