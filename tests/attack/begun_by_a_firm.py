"""What a firm has begun and not filed, and a code that is not as it should be: for those who try what is another's."""

from __future__ import annotations

from typing import Any

import httpx
from scene_kit import new_uscc

from chassis.foundation.ids import new_id


def own_a_draft(client: httpx.Client, token: str, ids: dict[str, str]) -> None:
    """A draft of the firm whose token it is, for the item that its case is about."""
    item = ids["policies/{item_id}"]
    answer = client.put(
        f"/api/v1/my/application-drafts/{item}",
        json={"item_version": 1, "fields": [{"name": "replaces", "values": ["ZD-"]}]},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"attack/{new_id()}"},
    )
    assert answer.status_code == 200, answer.text
    ids |= {"application-drafts/{item_id}": item, "application-drafts/{draft_id}": answer.json()["draft_id"]}


def odd_code() -> dict[str, Any]:
    """A code whose last character is not the one that it should be, and the paper on which it stands so."""
    uscc = new_uscc()
    return {
        "uscc": uscc[:17] + ("1" if uscc[17] == "0" else "0"),
        "name": "样例农村合作社",
        "evidence": {"document": "营业执照", "number": "1", "issuer": "市场监管局", "issued_on": "2026-01-01"},
        "reason": "证照上的代码就是这样",
    }
