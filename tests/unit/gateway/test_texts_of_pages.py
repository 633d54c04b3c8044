"""Every text of a page is there, in both languages where pages are written in both; and every text is used as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from jinja2 import nodes

from gateway.portal.shell.assets import PORTAL, Assets
from gateway.portal.shell.language import FOLDER, PageTexts, TextUnknown, in_both
from gateway.portal.shell.portal import declared_pages
from gateway.portal.shell.rendering import environment

BILINGUAL = {"shell", "public", "enterprise"}
"""Whose pages are written in both languages; the pages of those who work here are Chinese."""

ENVIRONMENT = environment("zh", Assets())
TEMPLATES = sorted(file.relative_to(PORTAL).as_posix() for file in PORTAL.rglob("*.html"))
FILES = sorted(file.stem for file in (FOLDER / "zh").glob("*.toml"))


def leaves(tree: dict[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        place = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            yield from leaves(value, place)
        else:
            yield place, value


def texts(language: str, file: str) -> dict[str, str]:
    return dict(leaves(tomllib.loads((FOLDER / language / f"{file}.toml").read_text())))


def asked_for(template: str) -> Iterator[tuple[str, bool]]:
    """(key, whether it is whole) of every text that a template asks for; a key put together counts to its first part."""
    tree = ENVIRONMENT.parse((PORTAL / template).read_text())
    for call in tree.find_all(nodes.Call):
        if not call.args:
            continue
        called, first = call.node, call.args[0]
        of_table = isinstance(called, nodes.Getattr) and called.attr == "of" and _is_t(called.node)
        if not (_is_t(called) or of_table):
            continue
        if isinstance(first, nodes.Concat) and isinstance(first.nodes[0], nodes.Const):
            yield str(first.nodes[0].value), False
        for const in [first] if isinstance(first, nodes.Const) else first.find_all(nodes.Const):
            if isinstance(first, nodes.Const | nodes.CondExpr) and "." in str(const.value):
                yield (f"{const.value}.", False) if of_table else (str(const.value), True)


def _is_t(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "t"


@pytest.mark.parametrize("file", FILES)
def test_both_languages_say_the_same_things(file: str) -> None:
    if not in_both(file):
        assert file not in BILINGUAL
        return
    zh, en = texts("zh", file), texts("en", file)
    assert set(zh) == set(en)
    fields = {
        key: [{name for _, name, _, _ in Formatter().parse(each[key]) if name} for each in (zh, en)] for key in zh
    }
    assert {key: both for key, both in fields.items() if both[0] != both[1]} == {}
    assert [key for key, text in (*zh.items(), *en.items()) if not text.strip()] == []


def test_no_english_text_stands_without_a_chinese_one() -> None:
    assert {file.stem for file in (FOLDER / "en").glob("*.toml")} <= set(FILES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_asks_for_texts_that_are_there(template: str) -> None:
    known = {f"{file}.{key}" for file in FILES for key in texts("zh", file)}
    for key, whole in asked_for(template):
        assert key in known if whole else any(each.startswith(key) for each in known), key


def test_the_navigation_is_named() -> None:
    t = PageTexts("zh")
    assert all(t(entry.text) for pages in declared_pages() for entry in pages.navigation)


def test_a_text_that_is_not_there_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(TextUnknown):
        PageTexts("en")("public.nowhere")


def test_asked_texts_are_found_in_templates() -> None:
    found = set(asked_for("public/items/item.html"))
    assert {("public.item.who", True), ("public.mode.", False), ("public.item.state.", False)} <= found


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_written_in_english_too_has_no_chinese_of_its_own(template: str) -> None:
    if template.split("/")[0] in BILINGUAL:
        text = re.sub(r"{#.*?#}", "", (PORTAL / template).read_text(), flags=re.DOTALL)
        assert re.findall(r"[\u4e00-\u9fff]+", text) == []


def test_templates_are_found() -> None:
    assert "shell/layout.html" in TEMPLATES
    assert isinstance(Path(FOLDER), Path)
