"""What a row of the table of permissions says (`gateway.permissions`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from contracts.duties import DutyKind
from contracts.message import Contract

Machine = Literal["partner", "bank"]
"""A partner's SYSTEM, a bank: signed in by a credential of their own."""

Mandated = Literal[
    "enterprise_view", "enterprise_apply", "enterprise_accounts", "enterprise_contacts", "enterprise_consents"
]
"""Whoever acts for an enterprise, with that scope in the mandate."""

Holder = DutyKind | Machine | Mandated

Reach = Literal[
    "everybody",  # 公开
    "all_tenants",  # 各地区
    "platform",  # 平台
    "tenant",  # 本地区
    "department",  # 本部门
    "enterprise",  # 本企业
    "own",  # 本人
]
"""How far a permission goes. `all_tenants` is for those alone who belong to the platform itself; `platform` is for what
is the same in all of it, as people are."""

REACHES: dict[Reach, str] = {
    "everybody": "公开",
    "all_tenants": "各地区",
    "platform": "平台",
    "tenant": "本地区",
    "department": "本部门",
    "enterprise": "本企业",
    "own": "本人",
}


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may put this contract, how far it reaches, in which states, and whether a fresh sign-in is asked for."""

    contract: type[Contract]
    holders: frozenset[Holder]
    reach: Reach
    states: tuple[str, ...] = ()
    step_up: bool = False

    @property
    def public(self) -> bool:
        return self.reach == "everybody"


def of(
    contract: type[Contract],
    holders: Iterable[Holder],
    reach: Reach,
    *,
    states: tuple[str, ...] = (),
    step_up: bool = False,
) -> Permission:
    return Permission(contract, frozenset(holders), reach, states, step_up)
