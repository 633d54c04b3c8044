"""Small scenes for tests: enterprises nobody has seen before, with claims like those of the sample."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from stdnum.cn import uscc

from chassis.foundation.ids import random_code
from console.demo.scene import Claimed, Scene, SceneEnterprise, first_day

NOMINATED, INSTANT, DECLARED, COMMITTED = 1, 14, 17, 22
"""Claims of the sample, by number: a list's (GZ-009), two applications (ZJ-005, SD-002), one with an
inspection (GZ-011)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a unified social credit code (GB 32100-2015)."""


def small_scene(name: str, numbers: Sequence[int] = (NOMINATED, INSTANT, DECLARED, COMMITTED)) -> Scene:
    """A scene with one new enterprise per number; the number says which of the sample's claims it is like."""
    sample = {claim.number: claim for claim in first_day().claims}
    tag = random_code(6)
    claims = tuple(
        _like(sample[number], place, f"{name}{tag}-{place}") for place, number in enumerate(numbers, start=1)
    )
    day = first_day()
    items = {claim.item: day.items[claim.item] for claim in claims}
    return Scene(f"{name}-{tag}", items, claims)


def new_uscc() -> str:
    """A valid credit code that no enterprise has."""
    body = "91360702" + "".join(random.SystemRandom().choice(ALPHABET) for _ in range(9))
    return body + uscc.calc_check_digit(body)


def new_enterprise(like: SceneEnterprise, name: str) -> SceneEnterprise:
    """Another enterprise with the same facts in its file: name, code, mobile and account are its own."""
    digits = f"{random.SystemRandom().randrange(10**8):08d}"
    account = {**like.account, "account_name": name, "account_number": f"36070209{digits}001"}
    return replace(like, uscc=new_uscc(), name=name, contact_mobile=f"199{digits}", account=account)


def _like(claim: Claimed, place: int, name: str) -> Claimed:
    return replace(claim, number=place, enterprise=new_enterprise(claim.enterprise, f"测试企业{name.replace('-', '')}"))
