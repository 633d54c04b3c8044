"""`./zhida facts`: whoever writes a rule looks up what a fact is called, by what people call it."""

from __future__ import annotations

import json

import pytest

from console.__main__ import main
from services.catalog.dictionary.facts import dictionary

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *argv: str, code: int = 0) -> str:
    assert main(["facts", *argv]) == code
    return capsys.readouterr().out


def test_a_fact_is_told_with_its_kind_unit_meaning_use_and_former_names(capsys: Capture) -> None:
    said = told(capsys, "实缴租金")
    assert "rent_paid  实缴租金(数值,元)" in said
    assert "含义:实际支付的房屋租金" in said
    assert "2 个用到(SC-021、SC-024)" in said
    assert "旧名:annual_rent(" in said


def test_what_people_say_leads_to_the_name_and_the_way_is_told(capsys: Capture) -> None:
    said = told(capsys, "高企")
    assert said.startswith("hi_tech_certified  高新技术企业(是否)")
    assert "“高企”也作“高新技术企业”" in said


def test_a_former_name_finds_the_present_one_with_a_sentence(capsys: Capture) -> None:
    said = told(capsys, "annual_rent")
    assert said.startswith("rent_paid")
    assert "annual_rent 是旧名，现名 rent_paid：" in said


def test_codes_are_told_with_their_labels_and_a_long_list_is_cut(capsys: Capture) -> None:
    assert "rent（租房）、purchase（购建房）" in told(capsys, "premises_support_choice")
    assert "等 19 个" in told(capsys, "registered_county")


def test_nothing_found_says_so_and_offers_the_nearest(capsys: Capture) -> None:
    said = told(capsys, "营业收如", code=1)
    assert "没有与“营业收如”对得上的数据项" in said
    assert "revenue  营业收入(数值,万元)" in said
    assert "最接近的" not in told(capsys, "火星", code=1)


def test_for_programs_it_is_json_whether_found_or_not(capsys: Capture) -> None:
    found = json.loads(told(capsys, "--json", "rent_paid"))["found"][0]
    assert (found["name"], found["unit"], found["sample_items"]) == ("rent_paid", "元", ["SC-021", "SC-024"])
    assert found["former_names"][0]["name"] == "annual_rent"
    nothing = json.loads(told(capsys, "--json", "营业收如", code=1))
    assert nothing["found"] == [] and nothing["nearest"][0]["name"] == "revenue"


def test_without_a_word_every_fact_is_listed_and_a_limit_is_kept(capsys: Capture) -> None:
    said = told(capsys)
    assert all(f"\n{name} " in f"\n{said}" for name in dictionary())
    assert "只显示最接近的 2 项" in told(capsys, "企业", "--limit", "2")
    with pytest.raises(SystemExit):
        main(["facts", "企业", "--limit", "0"])
