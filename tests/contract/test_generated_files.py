"""The files in contracts/generated say what the code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.contracts.program import generated_texts, main, shrunk, stale, write
from console.contracts.schemas import FOLDERS, message_types


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return generated_texts()


def test_the_committed_files_are_what_the_code_generates(wanted: dict[str, str]) -> None:
    differences = stale(wanted)
    assert not differences, "run ./zhida contracts\n" + "\n".join(differences[:200])


def test_every_message_of_the_contracts_has_a_file(wanted: dict[str, str]) -> None:
    for folder, kind in FOLDERS.items():
        of_this_kind = {path for path in wanted if path.startswith(f"{folder}/")}
        assert of_this_kind == {f"{folder}/{message.__name__}.json" for message in message_types(kind)}  # type: ignore[type-var]
        assert of_this_kind


def test_keys_stand_in_a_stable_order(wanted: dict[str, str]) -> None:
    for path, text in wanted.items():
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n", path


def test_a_changed_a_missing_and_a_left_over_file_are_each_told_with_their_difference(tmp_path: Path) -> None:
    write({"kept.json": "1\n", "changed.json": "old\n", "left.json": "over\n"}, tmp_path)
    differences = stale({"kept.json": "1\n", "changed.json": "new\n", "missing.json": "here\n"}, tmp_path)
    assert {"-old", "+new", "+here", "-over"} <= set(differences)
    assert not any("kept.json" in line for line in differences)


def test_writing_makes_the_folder_hold_exactly_what_is_wanted(tmp_path: Path) -> None:
    write({"a.json": "1\n", "sub/b.json": "2\n"}, tmp_path)
    assert write({"a.json": "1\n", "c.json": "3\n"}, tmp_path) == ["c.json", "sub/b.json"]
    assert stale({"a.json": "1\n", "c.json": "3\n"}, tmp_path) == []


def test_the_command_checks_without_writing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert "一致" in capsys.readouterr().out


def test_a_contract_that_went_away_has_shrunk() -> None:
    assert shrunk({"commands/Gone.json": "{}"}, {}) == ["commands/Gone.json: 契约消失 (removed)"]


def test_an_answer_may_require_more_of_itself_and_a_command_may_not_require_more_of_others() -> None:
    loose = json.dumps({"type": "object", "properties": {"a": {"type": "string"}}})
    strict = json.dumps({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]})
    assert shrunk({"commands/Do.json": loose}, {"commands/Do.json": strict})
    assert shrunk({"answers/Done.json": strict}, {"answers/Done.json": loose})
    assert not shrunk({"answers/Done.json": loose}, {"answers/Done.json": strict})


def test_a_refusals_code_stays_and_keeps_its_kind() -> None:
    old = json.dumps({"budget_exhausted": {"kind": "conflict"}, "gone": {"kind": "invalid"}})
    new = json.dumps({"budget_exhausted": {"kind": "forbidden"}, "newcomer": {"kind": "invalid"}})
    assert len(shrunk({"refusals.json": old}, {"refusals.json": new})) == 2
    assert shrunk({"refusals.json": old}, {"refusals.json": old}) == []
