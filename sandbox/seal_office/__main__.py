"""`python -m sandbox.seal_office --port P --book FILE`: a seal office as a process of its own."""

from __future__ import annotations

import os
import sys

from sandbox.book import NotOurBook
from sandbox.program import command_line, serve
from sandbox.seal_office.app import seal_app
from sandbox.seal_office.papers import open_desk


def main() -> int:
    """Serve until ended; 2 if the book cannot be used or there is nothing to sign answers with."""
    options = command_line("sandbox.seal_office", "沙盒电子印章 / a seal office").parse_args()
    secret = os.environ.get("SEAL_OFFICE_SECRET")
    if not secret:
        print("缺少环境变量：SEAL_OFFICE_SECRET / nothing to sign with", file=sys.stderr)
        return 2
    try:
        desk = open_desk(options.book)
    except NotOurBook as refusal:
        print(refusal, file=sys.stderr)
        return 2
    serve(seal_app(desk, secret), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
