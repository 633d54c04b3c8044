"""The texts of pages in Chinese and English, and which of the two a person reads.

`texts/zh/<name>.toml` and `texts/en/<name>.toml`, one per audience or part. What has no English file is read in Chinese:
the pages of those who work here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from fastapi import Request
from starlette.responses import Response

from contracts.status_labels import Language

FOLDER = Path(__file__).parent.parent / "texts"
LANGUAGES: tuple[Language, ...] = get_args(Language)
TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}
COOKIE = "zhida-lang"
YEAR_SECONDS = 365 * 24 * 3600

Tree = dict[str, Any]


class TextUnknown(Exception):
    """A page asks for a text that is not there."""


@cache
def _read(language: Language) -> dict[str, str]:
    """Every text of a language by its key, such as `public.home.title`."""
    files = (FOLDER / language).glob("*.toml")
    return {key: text for file in files for key, text in _leaves(tomllib.loads(file.read_text("utf-8")), file.stem)}


def _leaves(tree: Tree, name: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        place = f"{name}.{key}"
        if isinstance(value, dict):
            yield from _leaves(value, place)
        else:
            yield place, value


@cache
def in_both(audience: str) -> bool:
    """Whether the pages of this audience are written in both languages."""
    return (FOLDER / "en" / f"{audience}.toml").exists()


class PageTexts:
    """Every text in one language, with the Chinese one where there is no other."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = {**_read("zh"), **_read(language)}

    def __call__(self, key: str, **fields: object) -> str:
        """The text `public.home.title`, with `fields` put in their places. Raises TextUnknown."""
        text = self._texts.get(key)
        if text is None:
            raise TextUnknown(key)
        return text.format(**fields) if fields else text

    def find(self, key: str) -> str | None:
        """The text, or None for a key that no file has."""
        return self._texts.get(key)

    def of(self, table: str, value: object) -> str:
        """What a value of a closed list is called, by the table of texts; the value itself if it is not named."""
        return self._texts.get(f"{table}.{value}") or str(value)

    def pairs(self, table: str, values: Iterable[object]) -> list[tuple[str, str]]:
        """The same of several, as a field offers them: (value, what it is called)."""
        return [(str(value), self.of(table, value)) for value in values]


def language_of(request: Request) -> Language:
    """As the address says, else as the person chose before, else Chinese."""
    for said in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if said == language:
                return language
    return "zh"


def remember(request: Request, response: Response) -> None:
    """Keeps the language that the address says, in a cookie that no script reads."""
    said = request.query_params.get("lang")
    if said in LANGUAGES and request.cookies.get(COOKIE) != said:
        response.set_cookie(COOKIE, said, max_age=YEAR_SECONDS, path="/", httponly=True, samesite="lax")
