"""Every version of a contract that was ever committed is still kept by the one that the code has now."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from console.contracts.program import DOCUMENTS, generated_texts, shrunk
from console.place import CHECKOUT

FOLDER = "contracts/generated/"

MEANT: dict[str, str] = {}
"""A finding, word for word, → why that break was made on purpose, and who had been told."""


def committed_versions() -> Iterator[dict[str, str]]:
    """Each version of each schema in the history of this checkout, one at a time."""
    versions = {
        (path, words[3])
        for line in git("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", FOLDER).splitlines()
        for words, path in [(line.partition("\t")[0].split(), line.partition("\t")[2].removeprefix(FOLDER))]
        if set(words[3]) != {"0"} and path not in DOCUMENTS
    }
    for path, blob in sorted(versions):
        yield {path: git("cat-file", "blob", blob)}


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(CHECKOUT), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(
    not (CHECKOUT / ".git").exists() or shutil.which("git") is None, reason="without git there is no history to ask"
)
def test_no_contract_has_shrunk_since_it_was_first_committed() -> None:
    now = generated_texts()
    findings = {finding for version in committed_versions() for finding in shrunk(version, now)}
    assert findings - set(MEANT) == set()
    assert set(MEANT) - findings == set(), "these breaks are no longer there: take them off the list"
