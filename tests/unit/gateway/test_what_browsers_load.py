"""Style sheet, scripts and templates: for browsers as old as Chrome 69, under our content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from portal_kit import Bus, Visitor, little_portal

from gateway.headers import PAGES as SECURITY
from gateway.portal.shell.assets import OURS, PORTAL, Asset, Assets
from gateway.portal.shell.pages import Pages

STYLES = re.sub(r"/\*.*?\*/", "", (OURS / "zhida.css").read_text(), flags=re.DOTALL)
SCRIPTS = sorted(OURS.glob("*.js"))
TEMPLATES = sorted(PORTAL.rglob("*.html"))

TOO_NEW = {
    ":is(": 88,
    ":where(": 88,
    ":has(": 105,
    ":focus-visible": 86,
    "inset:": 87,
    "aspect-ratio": 88,
    "min(": 79,
    "max(": 79,
    "clamp(": 79,
    "@layer": 99,
    "@container": 105,
    "margin-inline:": 87,
    "padding-inline:": 87,
}
"""What Chrome 69 does not know, and the version that brought it."""

NEW_SCRIPT = {r"\?\.": 80, r"\?\?": 80, r"\.replaceAll\(": 85, r"\.at\(": 92, r"structuredClone": 98, r"#\w+\s*=": 74}
"""The same for scripts, by regular expression: ES2018 and what browsers of 2018 had."""


def rules() -> list[tuple[str, str]]:
    return re.findall(r"([^{}]+){([^{}]*)}", STYLES)


@pytest.mark.parametrize("word", TOO_NEW)
def test_the_style_sheet_asks_for_nothing_too_new(word: str) -> None:
    plain = STYLES.replace("minmax(", "")
    assert word not in plain


def test_no_flex_box_has_a_gap() -> None:
    gaps = [selector.strip() for selector, body in rules() if re.search(r"(?<!grid-)(?<!-)\bgap\s*:", body)]
    assert gaps == []


def test_no_selector_is_listed_in_a_not() -> None:
    assert re.findall(r":not\([^)]*,", STYLES) == []


def test_nothing_is_fetched_by_the_style_sheet() -> None:
    assert re.findall(r"url\(|@import", STYLES) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.name)
def test_a_script_asks_for_nothing_too_new(script: Path) -> None:
    code = re.sub(r"//[^\n]*", "", script.read_text())
    assert [pattern for pattern in NEW_SCRIPT if re.search(pattern, code)] == []
    assert re.findall(r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write", code) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.relative_to(PORTAL).as_posix())
def test_a_template_has_nothing_inline_and_asks_htmx_for_nothing_that_is_evaluated(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text(), flags=re.DOTALL)
    assert re.findall(r"\son\w+=|\sstyle=|<style|javascript:|<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r"hx-on|[\"']js:|hx-vars|hx-ext|hx-trigger=\"[^\"]*\[", text) == []
    assert "|safe" not in re.sub(r"\s", "", text), "what a person wrote is text"


# -- served ----------------------------------------------------------------------------------------------------


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(little_portal(Pages("shell"), {}), Bus())


def address_of(name: str) -> str:
    return Assets().address(name)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("zhida.css", "text/css"), ("zhida.js", "text/javascript"), ("mark.svg", "image/svg+xml")],
)
def test_a_file_is_kept_for_good_under_a_name_that_says_what_is_in_it(
    visitor: Visitor, name: str, media_type: str
) -> None:
    answer = visitor.get(address_of(name))
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {key: answer.headers[key] for key in SECURITY} == SECURITY
    assert answer.content == (OURS / name).read_bytes()
    again = visitor.get(address_of(name), **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_file_is_packed_for_whoever_takes_it_so(visitor: Visitor) -> None:
    plain = visitor.get(address_of("zhida.css"), **{"Accept-Encoding": "identity"})
    packed = visitor.get(address_of("zhida.css"), **{"Accept-Encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert plain.content == packed.content


@pytest.mark.parametrize(
    "path",
    [
        "/static/zhida.css",
        "/static/zhida.0000000000000000.css",
        "/static/../shell/portal.py",
        "/static/%2e%2e%2fshell%2fportal.py",
        "/static/..%5cshell%5cportal.py",
        "/static/",
        "/static/.stamp",
    ],
)
def test_nothing_else_is_served(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_only_files_of_known_types_are_taken(tmp_path: Path) -> None:
    for name in ("a.css", "b.LICENSE", ".stamp", "c.html", "d.js"):
        (tmp_path / name).write_text("x")
    assets = Assets([tmp_path, tmp_path / "none"])
    assert assets.address("a.css").startswith("/static/a.")
    assert assets.address_if_there("d.js") is not None
    assert assets.address_if_there("c.html") is None
    with pytest.raises(KeyError):
        assets.address("b.LICENSE")


def test_the_name_changes_with_what_is_in_it(tmp_path: Path) -> None:
    addresses = set()
    for text in ("one", "two"):
        (tmp_path / "a.css").write_text(text)
        addresses.add(Assets([tmp_path]).address("a.css"))
    assert len(addresses) == 2
    assert Asset("/static/a.1.css", "text/css", b"", b"").etag


def test_pages_work_where_the_enhancement_is_not_there(visitor: Visitor, tmp_path: Path) -> None:
    assets = Assets([OURS, tmp_path])
    assert assets.address_if_there("htmx.js") is None
    assets.say_what_is_missing()
