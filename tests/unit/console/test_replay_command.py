"""`./zhida replay`: who can be told what, and what is answered to a question that cannot be meant."""

from __future__ import annotations

import pytest

from console.operating.replay import heard
from console.refusal import CommandRefusal


def test_a_consumer_is_told_of_all_that_it_hears_upstream_first() -> None:
    wanted = heard("oversight", None, None)
    assert list(wanted) == ["gateway", "catalog", "intake", "review", "treasury", "notify"]
    assert wanted["intake"] == ["application", "nomination"]


def test_one_aggregate_type_or_one_producer_may_be_meant() -> None:
    assert heard("oversight", "case", None) == {"review": ["case"]}
    assert heard("oversight", None, "treasury") == {"treasury": ["budget_line", "disbursement"]}


@pytest.mark.parametrize(
    ("consumer", "aggregate", "producer", "said"),
    [
        ("gateway", None, None, "没有听者 gateway"),
        ("treasure", None, None, "没有听者 treasure;有:catalog、intake"),
        ("intake", "disbursement", None, "intake 不听这些事件;它听:"),
        ("review", "case", None, "review 自己就是来源"),
        ("review", None, "review", "review 自己就是来源"),
        ("treasury", None, "notify", "treasury 不听这些事件"),
    ],
)
def test_what_nobody_says_or_hears_is_refused_with_what_there_is(
    consumer: str, aggregate: str | None, producer: str | None, said: str
) -> None:
    with pytest.raises(CommandRefusal) as refusal:
        heard(consumer, aggregate, producer)
    assert said in str(refusal.value)
