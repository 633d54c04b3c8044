"""`python -m sandbox.sms --port P --book FILE`: the SMS provider as a process of its own."""

from __future__ import annotations

import sys

from sandbox.book import NotOurBook
from sandbox.program import command_line, serve
from sandbox.sms.app import sms_app
from sandbox.sms.messages import open_desk


def main() -> int:
    """Serve until ended; 2 if the book cannot be used."""
    options = command_line("sandbox.sms", "沙盒短信 / an SMS provider with a durable book").parse_args()
    try:
        desk = open_desk(options.book)
    except NotOurBook as refusal:
        print(refusal, file=sys.stderr)
        return 2
    serve(sms_app(desk), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
