"""What is held against an enterprise of the county, as the database has it: nobody of the scene has done anything wrong."""

from __future__ import annotations

import json

from system_kit import House

from chassis.foundation.ids import new_id

FINDING = """
INSERT INTO integrity_finding (tenant, id, version, sequence, case_id, claim, enterprise_id, filed_in, uscc, department,
    department_id, ground, origin, about, facts_zh, evidence, state, opened_by, opened_at, notice, decision, gravity, from_day,
    until_day, repairable_from, record_state, requests, requests_open, disputed)
SELECT c.tenant, %(finding)s, 1, 0, c.id, c.claim, c.claim ->> 'enterprise_id', c.claim ->> 'filed_in', c.claim ->> 'uscc',
    c.department, c.department_id, 'false_materials', 'officer', '[]', '发票不实', '[]', 'established', 'nobody', now(),
    '{"basis_zh": "x", "intended_zh": "x", "days": 5, "notified_by": "nobody", "notified_at": "2026-03-01T00:00:00Z",
      "due_at": "2026-03-08T00:00:00Z"}',
    '{"established": true, "ground": "false_materials", "gravity": "general", "number": "1", "reasons_zh": "x",
      "decided_by": "somebody", "decided_at": "2026-03-09T00:00:00Z"}',
    'general', '2026-03-09', '2026-09-09', '2026-06-10', 'in_force', CAST(%(requests)s AS jsonb), 1, 1
FROM review_case c WHERE c.id = %(case)s
"""
RECOVERY = """
INSERT INTO recovery_decision (tenant, id, version, sequence, finding_id, case_id, claim, amount_fen, number, basis_zh, state,
    proposed_by, proposed_at)
SELECT f.tenant, %s, 1, 0, f.id, f.case_id, f.claim, 100, '1', 'x', 'proposed', 'nobody', now()
FROM integrity_finding f WHERE f.id = %s
"""


def own_an_integrity_finding(house: House, ids: dict[str, str]) -> None:
    """A finding that is established, with an objection, and money that is to come back; their ids are added to `ids`."""
    finding, recovery, request = new_id(), new_id(), new_id()
    asked = {
        "request_id": request,
        "kind": "objection",
        "text": "x",
        "asked_by": "x",
        "asked_at": "2026-03-10T00:00:00Z",
    }
    requests = json.dumps([asked | {"due_at": None, "state": "open"}])
    with house.database("review") as connection:
        said = {"finding": finding, "requests": requests, "case": ids["cases/{case_id}"]}
        connection.execute(FINDING, said)
        connection.execute(RECOVERY, [recovery, finding])
        connection.commit()
    ids |= {
        "findings/{finding_id}": finding,
        "integrity/{finding_id}": finding,
        "credit/{finding_id}": finding,
        "requests/{request_id}": request,
        "recoveries/{recovery_id}": recovery,
        "recovery-decisions/{recovery_id}": recovery,
    }


def take_the_integrity_finding_away(house: House, ids: dict[str, str]) -> None:
    """Nobody has done it, and nothing was sealed of it: no later proof of the house may find it."""
    with house.database("review") as connection:
        finding = ids["findings/{finding_id}"]
        connection.execute("DELETE FROM recovery_decision WHERE finding_id = %s", [finding])
        connection.execute("DELETE FROM integrity_finding WHERE id = %s", [finding])
        connection.commit()
