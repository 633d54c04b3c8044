"""A list is read window by window, the lines of each county a chunk; whoever goes on does no line twice and leaves none out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from stdnum.cn import uscc as credit_codes

from chassis.files.objects import Objects
from chassis.foundation.secrecy import Cipher
from chassis.operations.domain import Operation
from chassis.testing.fakes import NOON
from contracts.message import SYSTEM
from services.intake.nominations import importing
from services.intake.nominations.homes import Homes
from services.intake.nominations.importing import NominationImport
from services.intake.nominations.list_lines import Home, ListReader, read_heading

PLACES = ("ganzhou", "xingguo", "zhanggong")


def code_of(number: int) -> str:
    body = f"91360702L{number:08d}"
    return body + credit_codes.calc_check_digit(body)


class KnownHomes:
    """Every enterprise is at home where its number says; who moves is somewhere else from then on."""

    def __init__(self) -> None:
        self.moved = 0

    def of(self, _tenant: str, codes: Collection[str]) -> Mapping[str, Sequence[Home]]:
        return {code: [Home(PLACES[(int(code[9:17]) + self.moved) % 3], code)] for code in codes}


@pytest.fixture
def homes() -> KnownHomes:
    return KnownHomes()


@pytest.fixture
def work(tmp_path: Path, homes: KnownHomes, monkeypatch: pytest.MonkeyPatch) -> NominationImport:
    monkeypatch.setattr(importing, "WINDOW", 10)
    store = Objects.in_folder(tmp_path / "objects", spool_in=tmp_path / "spool")
    content = "\r\n".join(["统一社会信用代码", *map(code_of, range(25)), ""]).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    path = tmp_path / "objects" / "ganzhou" / sha256[:2] / sha256
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    made = NominationImport(lambda: store, cast("Homes", homes), cast("Cipher", None))
    made.sha256 = sha256  # type: ignore[attr-defined]
    return made


def run_of(work: NominationImport, checkpoint: dict[str, Any] | None = None) -> Operation:
    return Operation(
        id="run-1",
        tenant="ganzhou",
        kind="import_nominations",
        title="名单",
        parameters={"sha256": work.sha256, "format": "csv"},  # type: ignore[attr-defined]
        begun_by=SYSTEM,
        begun_at=NOON,
        checkpoint=checkpoint,
    )


def test_each_chunk_is_of_one_place_and_together_they_are_the_whole_list(work: NominationImport) -> None:
    chunks = list(work.chunks(run_of(work)))
    assert [len(work.tenants(chunk.lines)) for chunk in chunks] == [1] * 9
    assert sorted(line.line for chunk in chunks for line in chunk.lines) == list(range(2, 27))
    assert {chunk.total for chunk in chunks} == {25}


@pytest.mark.parametrize("after", range(9))
def test_whoever_goes_on_after_any_chunk_does_the_rest_and_nothing_twice_though_enterprises_have_moved(
    work: NominationImport, homes: KnownHomes, after: int
) -> None:
    first = list(work.chunks(run_of(work)))[: after + 1]
    homes.moved = 1
    rest = list(work.chunks(run_of(work, dict(first[-1].checkpoint))))
    lines = [line.line for chunk in (*first, *rest) for line in chunk.lines]
    assert sorted(lines) == list(range(2, 27))


def test_a_line_says_all_that_is_wrong_with_it_at_its_cells() -> None:
    reader = ListReader(read_heading(["序号", "统一社会信用代码", "企业名称", "金额（万元）"]))
    reader.read(2, ["1", code_of(1), "甲公司", "5"])
    bad = reader.read(3, ["2", "9136", "乙公司", "五万"])
    assert [(each.code, each.field) for each in bad.reasons] == [
        ("uscc_invalid", "统一社会信用代码"),
        ("value_invalid", "金额（万元）"),
    ]
    assert bad.reasons[0].message.startswith("B3：")
    twice = reader.read(4, ["3", code_of(1).lower(), "", ""])
    assert [each.code for each in twice.reasons] == ["duplicate_line"]
    assert "第 2 行" in twice.reasons[0].message
    fine = reader.read(5, ["4", f" {code_of(2)} ", "", "5"])
    assert (fine.reasons, fine.amount_fen, fine.name) == ((), 5_000_000, None)
