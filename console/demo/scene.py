"""What is played: enterprises, items and what each enterprise claims. Samples (示例), read from sample/."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from stdnum.cn import uscc

from console.place import CHECKOUT

SAMPLE = CHECKOUT / "sample"
USCC_MARKS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""What a credit code's last place may hold (GB 32100)."""

Route = Literal["nomination", "application"]

MODE_NAMES: Mapping[str, str] = {"no_application": "免申即享", "instant": "即申即享", "committed": "承诺兑现"}


@dataclass(frozen=True, slots=True)
class ScenePlace:
    """A tenant to be onboarded; a parent comes before its children."""

    id: str
    parent_id: str | None
    level: str
    division_code: str
    name: str
    receipt_prefix: str

    @property
    def settings(self) -> dict[str, Any]:
        """As the tenant is onboarded; the government of the place answers for its departments' decisions, its people's court
        judges them."""
        court = f"{self.name}{'中级' if self.level == 'city' else ''}人民法院"
        remedies = {"reconsideration_body": f"{self.name}人民政府", "court": court}
        return {"receipt_prefix": self.receipt_prefix, "remedies": remedies}


PLACES: Sequence[ScenePlace] = (
    ScenePlace("ganzhou", None, "city", "3607", "赣州市", "GZ"),
    ScenePlace("xingguo", "ganzhou", "county", "360732", "兴国县", "XG"),
    ScenePlace("zhanggong", "ganzhou", "county", "360702", "章贡区", "ZG"),
)
HERE = "zhanggong"
"""The county in which the scene is set."""


@dataclass(frozen=True, slots=True)
class SceneEnterprise:
    """An enterprise with what its file holds and the account it is paid to. Facts are as on the wire."""

    uscc: str
    name: str
    industry: str
    contact_mobile: str
    account: Mapping[str, str]
    file_facts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """One enterprise's claim under one item, and what it must come to."""

    number: int
    item: str
    route: Route
    enterprise: SceneEnterprise
    declared_facts: tuple[Mapping[str, Any], ...]
    expected_fen: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene has a name, so that two scenes never share a budget document; enterprises differ between scenes."""

    name: str
    items: Mapping[str, Mapping[str, Any]]
    claims: tuple[Claimed, ...]
    to_try: Claimed | None = None
    """An enterprise that is entitled and has not applied: whoever signs in as it can."""

    @property
    def enterprises(self) -> tuple[SceneEnterprise, ...]:
        """Everybody whose dossier is kept."""
        more = () if self.to_try is None else (self.to_try.enterprise,)
        return (*(claim.enterprise for claim in self.claims), *more)

    @property
    def total_fen(self) -> int:
        return sum(claim.expected_fen for claim in self.claims)

    @property
    def departments(self) -> tuple[str, ...]:
        """Who owns the scene's items, each once."""
        return tuple(dict.fromkeys(self.department_of(code) for code in self.items))

    def plan(self, code: str) -> Mapping[str, Any]:
        """How an item is carried out."""
        plan: Mapping[str, Any] = self.items[code]["rules"]["plan"]
        return plan

    def department_of(self, code: str) -> str:
        return str(self.plan(code)["department"])

    def mode_of(self, code: str) -> str:
        return str(self.plan(code)["mode"])


def first_day() -> Scene:
    """Zhanggong's first four hours as the city's newspaper reported them: 24 enterprises, 24 payments,
    ¥5,000,000."""
    told = json.loads((SAMPLE / "zhanggong_first_day.json").read_text(encoding="utf-8"))
    claims = tuple(
        Claimed(
            number=case["number"],
            item=case["item"],
            route=case["route"],
            enterprise=SceneEnterprise(
                **case["enterprise"], account=case["account"], file_facts=tuple(case["file_facts"])
            ),
            declared_facts=tuple(case["declared_facts"]),
            expected_fen=case["expected_fen"],
        )
        for case in told["cases"]
    )
    assert len(claims) == told["payments"], "the sample's own figures"
    assert sum(claim.expected_fen for claim in claims) == told["total_fen"], "the sample's own figures"
    return Scene("first-day", {code: item_content(code) for code in told["items"]}, claims, one_more(claims))


def one_more(claims: Sequence[Claimed]) -> Claimed:
    """The like of the first software enterprise, with a credit code and an account of its own."""
    like = next(claim for claim in claims if claim.item == "ZJ-005")
    body = "91360702DEM00025"
    name = "示例企业25（软件企业）"
    enterprise = SceneEnterprise(
        uscc=next(code for code in (f"{body}0{mark}" for mark in USCC_MARKS) if uscc.is_valid(code)),
        name=name,
        industry=like.enterprise.industry,
        contact_mobile="19900000025",
        account={**like.enterprise.account, "account_name": name, "account_number": "3607020000000000025"},
        file_facts=like.enterprise.file_facts,
    )
    return Claimed(len(claims) + 1, like.item, "application", enterprise, like.declared_facts, like.expected_fen)


def item_content(code: str) -> Mapping[str, Any]:
    """A policy item of sample/items, as it is published."""
    content: Mapping[str, Any] = json.loads((SAMPLE / "items" / f"{code}.json").read_text(encoding="utf-8"))
    return content


def digest(content: Any) -> str:
    """A short name for exactly this content: what changes is another command and needs another key."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
