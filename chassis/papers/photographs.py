"""`python -m chassis.papers.photographs FOLDER`: the photographs 0.jpg, 1.png … of a folder as one document, document.pdf, a page each.

It is confined, like whatever unfolds what a stranger has sent (`chassis.files.confinement`).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst

from chassis.files.confinement import confine, run_confined
from contracts.refusal import Invalid
from contracts.typed import is_digits

DOCUMENT = "document.pdf"
PNG = b"\x89PNG"
LEAF = """#set document(title: "photographs", date: none)
#set page(paper: "a4", margin: 8mm)
"""
UNREADABLE = 3


class PhotographsUnreadable(Invalid):
    """One of them is none, or broken behind its beginning."""

    code = "photographs_unreadable"
    sentence = "有照片已损坏或过大，无法合成一份文件，请重新拍摄后上传。"


def bound(photographs: Sequence[bytes]) -> bytes:
    """Photographs (JPEG, PNG) as one PDF in their order, the same bytes for the same photographs. Waits for seconds; for a thread.

    Raises PhotographsUnreadable.
    """
    with tempfile.TemporaryDirectory(prefix="photographs-") as name:
        folder = Path(name)
        for number, each in enumerate(photographs):
            (folder / f"{number}.{'png' if each.startswith(PNG) else 'jpg'}").write_bytes(each)
        if run_confined(__name__, [name], folder).code != 0 or not (folder / DOCUMENT).exists():
            raise PhotographsUnreadable()
        return (folder / DOCUMENT).read_bytes()


def bind(folder: Path) -> None:
    """Each page is as large as a sheet, with the photograph as large as the sheet lets it be."""
    pictures = sorted((each for each in folder.iterdir() if is_digits(each.stem)), key=lambda each: int(each.stem))
    pages = [f'#page(image("{each.name}", width: 100%, height: 100%, fit: "contain"))' for each in pictures]
    (folder / "main.typ").write_text(LEAF + "\n".join(pages))
    made = typst.compile(folder / "main.typ", root=folder, ignore_system_fonts=True, timestamp=0)
    (folder / DOCUMENT).write_bytes(made)


def main(argv: list[str]) -> int:
    confine()
    try:
        bind(Path(argv[0]))
    except (RuntimeError, ValueError, OSError, MemoryError) as error:
        print(type(error).__name__, file=sys.stderr)
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
