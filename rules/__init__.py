"""What the rule language means: pure functions over `contracts.rule.item`, in exact arithmetic.

Owned here: verdicts, amounts with their working, shares and payees, instalments, what stands beside what, who is
served by a quota, sentences, and the check before publication.
Nothing here knows a clock, a database or a tenant; the date and the facts are given.
"""

from __future__ import annotations

from rules.amounts import compute_amount
from rules.batches import allot, part_amount
from rules.checking.items import check, check_publication, unpublishable
from rules.eligibility import evaluate_eligibility
from rules.headline import headline_of
from rules.instalments import compute_instalment
from rules.items import assess
from rules.shares import split_shares
from rules.stacking import settle_stacking
from rules.text.guides import guide_sentences, says_the_same
from rules.text.items import sentence, sentences

__all__ = [
    "allot",
    "assess",
    "check",
    "check_publication",
    "compute_amount",
    "compute_instalment",
    "evaluate_eligibility",
    "guide_sentences",
    "headline_of",
    "part_amount",
    "says_the_same",
    "sentence",
    "sentences",
    "settle_stacking",
    "split_shares",
    "unpublishable",
]
