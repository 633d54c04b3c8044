"""`python -m sandbox.identity_provider --port P --book FILE`: the identity provider as a process of its own."""

from __future__ import annotations

import sys

from sandbox.book import NotOurBook
from sandbox.identity_provider.app import provider_app
from sandbox.identity_provider.register import open_register
from sandbox.program import command_line, serve


def main() -> int:
    """Serve until ended; 2 if the book cannot be used."""
    parser = command_line("sandbox.identity_provider", "沙盒身份认证平台 / an OpenID provider with a durable book")
    options = parser.parse_args()
    try:
        register = open_register(options.book)
    except NotOurBook as refusal:
        print(refusal, file=sys.stderr)
        return 2
    serve(provider_app(register, f"http://{options.host}:{options.port}"), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
