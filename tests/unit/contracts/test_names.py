"""Names as they are compared: one name in any writing, and two that only look alike."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.names import OrganisationName, alike, difference, folded, looks, same_name, unseen_in

NAME = "赣州示例（集团）有限公司"
TYPE = TypeAdapter(OrganisationName)
TEXT = st.text(max_size=40)
NAMES = st.text(st.sampled_from("赣州示例集团有限公司（）()[] ·•ＡａAaОO0〇○lI1iе\u200b\u3000⻋⾞車车é"), max_size=20)


@pytest.mark.parametrize(
    "written",
    [
        "赣州示例(集团)有限公司",
        "赣州示例﹙集团﹚有限公司",
        "赣州示例【集团】有限公司",
        " 赣州 示例（集团）有限　公司 ",
        "赣州示例（集团）有限\u00a0公司",
        "赣州示\u200b例（集团）有限公司\ufeff",
        "赣州示例（集团）有\u202e限公司",
    ],
)
def test_one_name_is_one_however_it_is_written(written: str) -> None:
    assert same_name(written, NAME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ电子", "ABC电子"),
        ("阿依·古丽", "阿依•古丽"),
        ("阿依・古丽", "阿依‧古丽"),
        ("Cafe\u0301", "Café"),
        ("\u2f72木商行", "禾木商行"),
        ("\u2ecb行", "车行"),
        ("好“再来”餐馆", "好「再来」餐馆"),
        ("中—英公司", "中-英公司"),
        ("ABC Trading Ltd", "abc trading LTD"),
        ("\uf9d1合商行", "\u516d合商行"),
    ],
)
def test_compatibility_forms_dots_quotes_and_radicals_are_folded(one: str, other: str) -> None:
    assert same_name(one, other)
    assert difference(one, other) is None


@given(TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert looks(looks(text)) == looks(text)


@given(TEXT)
def test_a_name_is_the_same_in_every_normal_form(text: str) -> None:
    assert {folded(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {folded(text)}


@given(NAMES, NAMES)
def test_two_names_are_one_or_differ_in_a_place_that_is_named_or_are_plainly_two(one: str, other: str) -> None:
    found = difference(one, other)
    if same_name(one, other):
        assert found is None
        assert looks(one) == looks(other)
    elif looks(one) == looks(other):
        assert found is not None
        assert found.sentence
        assert found.given == one[found.position - 1 : found.position]
        assert found.known == other[found.known_position - 1 : found.known_position]
    else:
        assert found is None


@pytest.mark.parametrize(
    ("one", "other", "position", "points"),
    [
        ("示例О电子", "示例O电子", 3, ("U+041E 西里尔字母", "U+004F 拉丁字母")),
        ("示例Α电子", "示例A电子", 3, ("U+0391 希腊字母", "U+0041 拉丁字母")),
        ("A1公司", "AI公司", 2, ("U+0031 数字", "U+0049 拉丁字母")),
        ("Al公司", "A1公司", 2, ("U+006C 拉丁字母", "U+0031 数字")),
        ("示例0号", "示例O号", 3, ("U+0030 数字", "U+004F 拉丁字母")),
        ("二〇二五公司", "二○二五公司", 2, ("U+3007", "U+25CB")),
        ("未来餐馆", "末来餐馆", 1, ("U+672A 汉字", "U+672B 汉字")),
        ("示例工厂", "示例エ厂", 3, ("U+5DE5 汉字", "U+30A8 片假名")),
    ],
)
def test_names_that_look_alike_are_two_and_the_difference_is_named(
    one: str, other: str, position: int, points: tuple[str, str]
) -> None:
    assert not same_name(one, other)
    found = difference(one, other)
    assert found is not None
    assert (found.position, found.known_position) == (position, position)
    assert all(point in found.sentence for point in points)
    assert alike(one, ["别的公司", other]) == (other, found)


@given(st.integers(1, 99_999), st.integers(1, 99_999))
def test_numbered_names_are_not_taken_for_one_another(one: int, other: int) -> None:
    assert difference(f"示例企业{one}", f"示例企业{other}") is None


@pytest.mark.parametrize("given_name", ["示例(集团) 公司", "赣州示例（集团）公司", "ABC  Ltd", "Cafe\u0301 商行"])
def test_a_name_is_kept_sign_by_sign(given_name: str) -> None:
    assert TYPE.validate_python(f" {given_name}\n") == given_name


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("示\u200b例", "U+200B"),
        ("示\u202e例", "U+202E"),
        ("示\u00ad例", "U+00AD"),
        ("示\u3164例", "U+3164"),
        ("示\n例", "U+000A"),
    ],
)
def test_what_nobody_sees_in_a_name_is_refused_with_its_place(name: str, point: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TYPE.validate_python(name)
    (error,) = refused.value.errors()
    assert error["type"] == "name_unseen"
    assert point in error["ctx"]["why"]
    assert "第 2 个字符" in error["ctx"]["why"]


def test_what_everybody_sees_is_no_matter() -> None:
    assert unseen_in("示例 ABC（集团）·公司　𠮷") is None


@pytest.mark.parametrize("surname", ["\ue863", "\U00031350", "\U0002ebf0", "㐂"])
def test_a_rare_surname_is_a_name_though_this_machine_does_not_know_it(surname: str) -> None:
    assert TYPE.validate_python(f"{surname}记商行") == f"{surname}记商行"
