"""The ways to sign in by certificate that this process is connected to: the one place where they are registered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gateway.identity.certificates.ports import Readers
from gateway.identity.certificates.signed_answers import SignedAnswers


def readers(environ: Mapping[str, str] = os.environ) -> Readers:
    """By what the environment says; nothing without it.

    `UKEY_ROOTS`: a file of root certificates (PEM) for the sandbox form. The electronic business licence is read by the
    market regulator's own library, which a city is given by contract: its adapter is to stand here, and is not there.
    """
    roots = environ.get("UKEY_ROOTS")
    return {"ukey": SignedAnswers(Path(roots).read_bytes())} if roots else {}
