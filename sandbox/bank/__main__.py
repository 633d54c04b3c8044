"""`python -m sandbox.bank --port P --book FILE`: the bank as a process of its own."""

from __future__ import annotations

import sys

from sandbox.bank.app import bank_app
from sandbox.bank.payments import open_desk
from sandbox.book import NotOurBook
from sandbox.program import command_line, serve


def main() -> int:
    """Serve until ended; 2 if the book cannot be used."""
    parser = command_line("sandbox.bank", "沙盒银行 / a bank with a durable book of its own")
    parser.add_argument(
        "--refuse-unknown-accounts",
        action="store_true",
        help="未登记的收款账号一律拒付 / fail payments to accounts that were never registered",
    )
    options = parser.parse_args()
    try:
        desk = open_desk(options.book, knows_every_account=options.refuse_unknown_accounts)
    except NotOurBook as refusal:
        print(refusal, file=sys.stderr)
        return 2
    serve(bank_app(desk), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
