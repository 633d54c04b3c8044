"""What `./zhida rules run` tells whoever tries an item in parts: what to write for trying its next part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contracts.rule import Assessment, AwardHistory, InstalmentRecord, State


def next_instalment(found: Assessment, awards: AwardHistory | None, year: int) -> Iterator[str]:
    """The lines of an awards file that say how this part ended; none where no part is over, or none comes after."""
    answer = found.instalment
    if answer is None or not _is_over(found) or answer.records[-1].number >= answer.of:
        return
    before = awards.instalments if awards is not None else ()
    claim_year = awards.claim_year if awards is not None else None
    if claim_year is None and answer.records[0].number == 1:
        claim_year = year
    said: dict[str, Any] = {} if claim_year is None else {"claim_year": claim_year}
    if answer.schedule is not None:
        said["schedule"] = answer.schedule
    if found.amount.whole is not None:
        said["whole_yuan"] = str(found.amount.whole.yuan)
    said["instalments"] = [_written(record) for record in (*before, *answer.records)]
    yield f"（试算下一期时，在 --awards 的文件里写：{json.dumps(said, ensure_ascii=False)[1:-1]}）"


def _is_over(found: Assessment) -> bool:
    """Whether anything ended: paid to an entitled one that nothing stands against, or lost by a recheck."""
    answer = found.instalment
    if answer is None or not answer.records or found.objections:
        return False
    lost = answer.outcome in ("skipped", "stopped")
    return found.verdict.state is State.MET or (lost and answer.number > 1)


def _written(record: InstalmentRecord) -> dict[str, Any]:
    said: dict[str, Any] = {"number": record.number, "outcome": record.outcome}
    if record.outcome == "paid":
        said["yuan"] = str(record.money.yuan)
    if record.reduced_to is not None:
        said["reduced_to"] = record.reduced_to
    return said
