"""What `contracts/baseline.json` records is still kept by the contracts that the code has now."""

from __future__ import annotations

from console.contracts.changes import broken
from console.contracts.program import baseline, generated_texts, outside_of_texts


def test_no_contract_has_shrunk_since_the_baseline() -> None:
    """Where a break is meant, `./zhida contracts --record-baseline` records it, and its message says why."""
    assert [str(each) for each in broken(baseline(), outside_of_texts(generated_texts()))] == []
