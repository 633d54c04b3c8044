"""`python -m sandbox.department_system --port P --book FILE`: a department's system as a process of its own."""

from __future__ import annotations

import os
import sys

from sandbox.book import NotOurBook
from sandbox.department_system.app import department_app
from sandbox.department_system.checks import open_desk
from sandbox.program import command_line, serve


def main() -> int:
    """Serve until ended; 2 if the book cannot be used or there is nothing to sign with."""
    options = command_line("sandbox.department_system", "沙盒部门系统 / a department's own system").parse_args()
    secret = os.environ.get("DEPARTMENT_SYSTEM_SECRET")
    if not secret:
        print("缺少环境变量：DEPARTMENT_SYSTEM_SECRET / nothing to sign with", file=sys.stderr)
        return 2
    try:
        desk = open_desk(options.book)
    except NotOurBook as refusal:
        print(refusal, file=sys.stderr)
        return 2
    serve(department_app(desk, secret), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
