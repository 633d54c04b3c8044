"""Templates: one set of them in each language, with what every page may call in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from contracts import status_labels
from contracts.status_labels import Language
from gateway.portal.shell import figures
from gateway.portal.shell.assets import ENHANCEMENT, PORTAL, Assets
from gateway.portal.shell.language import LANGUAGES, TAGS, PageTexts

HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,
        "responseHandling": [
            {"code": "(?:2..|3..|422)", "swap": True},
            {"code": "...", "swap": False, "error": True},
        ],
    }
)
"""htmx does nothing that our content security policy would have to allow, and nobody's page is kept in the browser's
store. A page that says what is wrong with a question (422) is shown like any; for other trouble see static/zhida.js."""

GOOD = {"approved", "granted", "settled", "published", "open", "finished", "paid", "delivered"}
BAD = {"rejected", "not_accepted", "failed", "returned", "refused", "withdrawn", "expired", "cancelled", "discarded"}
WAITING = {"supplementing", "held", "unknown", "suspended", "waiting", "pending", "closing_soon"}


def environment(language: Language, assets: Assets) -> Environment:
    """The templates in one language. What a template asks for and was not given is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(PORTAL),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    texts = PageTexts(language)
    made.filters.update(
        instant=figures.instant,
        second=figures.second,
        machine_time=figures.machine_time,
        day=figures.day,
        yuan=figures.yuan,
        wan=figures.wan if language == "zh" else figures.round_yuan,
        in_field=figures.in_field,
        number=figures.number,
        zh=lambda text: text if language == "zh" else Markup('<span lang="zh-CN">{}</span>').format(text),
    )
    made.globals.update(
        t=texts,
        lang=language,
        html_lang=TAGS[language],
        asset=assets.address,
        enhancement=assets.address_if_there(ENHANCEMENT),
        htmx_config=HTMX_CONFIG,
        status=_StatusLabels(language),
        tone=tone,
        address=address,
    )
    return made


def environments(assets: Assets) -> dict[Language, Environment]:
    return {language: environment(language, assets) for language in LANGUAGES}


def tone(state: str) -> str:
    """How a status looks: good, bad, waiting or plain. The words beside it say the same."""
    for name, states in (("good", GOOD), ("bad", BAD), ("waiting", WAITING)):
        if state in states:
            return name
    return "plain"


def address(path: str, asked: Mapping[str, Any] | None = None, **changed: Any) -> str:
    """A path with its query: what was asked, with some of it changed; None or blank takes it away."""
    query = {**(asked or {}), **changed}
    said = {name: value for name, value in query.items() if value not in (None, "", (), [])}
    return f"{path}?{urlencode(said, doseq=True)}" if said else path


class _StatusLabels:
    """`status.case("approved")`: what the public reads; `status.case("approved", staff=True)`: what those read who work
    on it. The tables are those of contracts/status_labels.py."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def __getattr__(self, table: str) -> Any:
        labels: Mapping[str, status_labels.StatusLabel] | None = getattr(status_labels, table.upper(), None)
        if labels is None:
            raise AttributeError(table)

        def label(state: str, staff: bool = False) -> str:
            found = labels.get(state)
            if found is None:
                return state
            return found.staff(self._language) if staff else found.public(self._language)

        return label
