"""The sample city's enterprises as a table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from stdnum.cn import uscc

from console.policy.items import sample_item
from console.policy.sample_city.program import main
from console.policy.sample_city.table import FACTS, write_table


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_table_holds_as_many_samples_as_asked_for_each_with_a_valid_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["--enterprises", "40", "--out", str(tmp_path / "city.csv")]) == 0
    enterprises = read(tmp_path / "city.csv")
    assert len(enterprises) == len({enterprise["统一社会信用代码"] for enterprise in enterprises}) == 40
    assert all(
        uscc.is_valid(enterprise["统一社会信用代码"]) and "示例" in enterprise["企业名称"] for enterprise in enterprises
    )
    assert "40" in capsys.readouterr().out


def test_every_so_many_lines_one_is_broken_in_two_cells(tmp_path: Path):
    assert write_table(tmp_path / "city.csv", 30, broken_every=10) == 3
    broken = [
        enterprise for enterprise in read(tmp_path / "city.csv") if not uscc.is_valid(enterprise["统一社会信用代码"])
    ]
    assert len(broken) == 3
    assert all(list(enterprise.values())[-1] == "not a number" for enterprise in broken)


def test_the_table_has_what_the_named_items_ask_for(tmp_path: Path):
    codes = ("NM-002", "JX-005", "AH-002")
    assert main(["--enterprises", "400", "--items", *codes, "--out", str(tmp_path / "city.csv")]) == 0
    enterprises = read(tmp_path / "city.csv")
    asked = {word.split(":")[0] for word in enterprises[0] if ":" in word} - set(FACTS)
    assert asked == {each.name for code in codes for each in sample_item(code).rules.fact_types}
    assert any(
        told
        for enterprise in enterprises
        for word, told in enterprise.items()
        if word.startswith("output_increment:2025")
    )


@pytest.mark.parametrize("count", ["0", "1000001", "some"])
def test_a_count_that_is_none_is_refused(count: str, tmp_path: Path):
    with pytest.raises(SystemExit):
        main(["--enterprises", count, "--out", str(tmp_path / "city.csv")])
