"""The second factor: time-based codes (RFC 6238), and recovery codes for when the telephone is lost."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime

import pyotp

from chassis.foundation.ids import CROCKFORD, random_code
from contracts.typed import half_width

STEP_SECONDS = 30
SLACK_STEPS = 1
"""One step of 30 s to either side: telephones' clocks are a little off."""

RECOVERY_CODES = 10
RECOVERY_LENGTH = 16
"""80 bits of chance each, so that a digest without a key gives nothing away."""

PURPOSE = "totp_secret"


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32(32)


def matching_step(secret: str, typed: str, at: datetime, *, after: int | None) -> int | None:
    """The time step that the code is of, if it is of now or nearly now and later than the step used last.

    None for any other code. All steps are compared, whichever fits.
    """
    digits = half_width("".join(typed.split()))
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found: int | None = None
    for step in range(now - SLACK_STEPS, now + SLACK_STEPS + 1):
        fits = hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode())
        if fits and found is None and (after is None or step > after):
            found = step
    return found


def enrolment_address(secret: str, *, login: str, service: str) -> str:
    """What the QR code says: `otpauth://totp/…`."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=service)


def new_recovery_codes() -> tuple[str, ...]:
    """To be shown once: `XXXX-XXXX-XXXX-XXXX`."""
    codes = [random_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
    return tuple("-".join(code[start : start + 4] for start in range(0, RECOVERY_LENGTH, 4)) for code in codes)


def recovery_code(typed: str) -> str | None:
    """The code as its digest is made of, however it was typed; None for what cannot be one."""
    plain = (
        half_width("".join(typed.split()))
        .upper()
        .replace("-", "")
        .replace("O", "0")
        .replace("I", "1")
        .replace("L", "1")
    )
    return plain if len(plain) == RECOVERY_LENGTH and set(plain) <= set(CROCKFORD) else None


def digests(codes: Iterable[str], digest: Callable[[str], str]) -> tuple[str, ...]:
    """What is kept of recovery codes."""
    return tuple(digest(plain) for code in codes if (plain := recovery_code(code)) is not None)
