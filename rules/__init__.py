"""What the rule language means: pure functions over `contracts.rule`, in exact arithmetic.

Owned here: verdicts, amounts with their working, shares, sentences, and the check before publication.
Nothing here knows a clock, a database or a tenant; the date and the facts are given.
"""

from __future__ import annotations

from rules.amounts import compute_amount
from rules.checking import check, check_publication
from rules.eligibility import evaluate_eligibility
from rules.items import assess
from rules.sentences import sentence, sentences
from rules.shares import split_shares

__all__ = [
    "assess",
    "check",
    "check_publication",
    "compute_amount",
    "evaluate_eligibility",
    "sentence",
    "sentences",
    "split_shares",
]
