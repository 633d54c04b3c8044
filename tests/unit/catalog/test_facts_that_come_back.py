"""What an import takes for new: whatever is not what the same source has said last of the same day."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import Fact
from services.catalog.imports.known_facts import KNOWN_WITHDRAWALS, KnownFacts, identity

DAY = date(2026, 3, 1)
VALUES = st.lists(st.tuples(st.sampled_from(["统计局", "税务局"]), st.sampled_from(["100", "200", "300"])), max_size=8)


def revenue(source: str, value: str) -> Fact:
    return Fact(name="revenue", kind="number", value=value, unit="万元", period="2025", source=source, as_of=DAY)


def known(told: list[tuple[str, str]], withdrawn: set[int] = frozenset()) -> KnownFacts:  # type: ignore[assignment]
    tellings = [
        SimpleNamespace(
            enterprise_id="ent-1",
            version=version,
            first=0,
            source=source,
            source_kind=None,
            as_of=DAY,
            valid_until=None,
            teller="clerk",
            facts=[["revenue", "number", value, "万元", "2025"]],
        )
        for version, (source, value) in enumerate(told, start=1)
    ]

    def execute(statement: str, _asked: Any) -> Any:
        taken_back = [
            SimpleNamespace(enterprise_id="ent-1", version=version, ordinal=0, withdrawn_by="clerk")
            for version in withdrawn
        ]
        return taken_back if statement == KNOWN_WITHDRAWALS else tellings

    return KnownFacts(["ent-1"], SimpleNamespace(tenant="zhanggong", execute=execute))  # type: ignore[arg-type]


def is_new(fact: Fact, facts: KnownFacts) -> bool:
    key, said = identity(fact)
    return facts.said_of("ent-1")[0].get(key) != said


@given(VALUES, st.sampled_from(["统计局", "税务局"]), st.sampled_from(["100", "200"]))
def test_a_value_is_new_unless_its_source_has_said_it_last(
    told: list[tuple[str, str]], source: str, value: str
) -> None:
    last = next((said for who, said in reversed(told) if who == source), None)
    assert is_new(revenue(source, value), known(told)) == (value != last)


def test_100_then_200_then_100_is_three_facts_and_the_last_one_counts() -> None:
    told = [("统计局", "100"), ("统计局", "200")]
    assert is_new(revenue("统计局", "100"), known(told))
    (counts,) = known([*told, ("统计局", "100")]).standing("ent-1")
    assert counts.fact.value == "100"


def test_a_number_with_other_zeros_behind_it_is_the_same_number() -> None:
    assert not is_new(revenue("统计局", "1200.5"), known([("统计局", "1200.50")]))
    assert not is_new(revenue("统计局", "1200"), known([("统计局", "1200.00")]))
    assert is_new(revenue("统计局", "12"), known([("统计局", "1200")]))


def test_what_was_withdrawn_is_no_last_word() -> None:
    facts = known([("统计局", "100"), ("统计局", "200")], withdrawn={2})
    assert not is_new(revenue("统计局", "100"), facts)
    assert identity(revenue("统计局", "200")) in facts.said_of("ent-1")[1]
