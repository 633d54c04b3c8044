"""`python -m sandbox.data_exchange --port P --book FILE`: the data exchange as a process of its own."""

from __future__ import annotations

import os
import sys

from sandbox.book import NotOurBook
from sandbox.data_exchange.app import exchange_app
from sandbox.data_exchange.records import open_records
from sandbox.program import command_line, serve


def main() -> int:
    """Serve until ended; 2 if the book cannot be used or there is nothing to sign with."""
    parser = command_line("sandbox.data_exchange", "沙盒数据交换平台 / a data exchange with a durable book")
    options = parser.parse_args()
    secret = os.environ.get("DATA_EXCHANGE_SECRET")
    if not secret:
        print("缺少环境变量：DATA_EXCHANGE_SECRET / nothing to sign with", file=sys.stderr)
        return 2
    try:
        records = open_records(options.book)
    except NotOurBook as refusal:
        print(refusal, file=sys.stderr)
        return 2
    serve(exchange_app(records, secret), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
