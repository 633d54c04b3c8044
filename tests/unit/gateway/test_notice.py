"""The personal-data notice: another text is another version, so that everybody is asked anew."""

from __future__ import annotations

import hashlib

from gateway.identity.notices.text import CHINESE, ENGLISH, PARAGRAPHS, VERSION

KNOWN = {"2026-12": "ca8f5e07b5136ce6"}
"""Version → the beginning of the SHA-256 of its texts. A version that people have accepted is never changed here."""


def test_another_text_is_another_version() -> None:
    assert KNOWN[VERSION] == hashlib.sha256(f"{CHINESE}\n{ENGLISH}".encode()).hexdigest()[:16]


def test_both_languages_say_the_same_number_of_things() -> None:
    assert len(PARAGRAPHS["zh"]) == len(PARAGRAPHS["en"]) == 6
    for paragraphs in PARAGRAPHS.values():
        assert "{operator}" in paragraphs[0]
        assert "{contact}" in paragraphs[4]
