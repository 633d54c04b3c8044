"""Claims that are granted through the award register, by hands that work at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
import psycopg
from frame_kit import psycopg_url
from review_database import Review

from contracts.rule import (
    Assessment,
    AwardHistory,
    Cap,
    Counted,
    Exclusive,
    Fact,
    FactAmount,
    FactSheet,
    FactType,
    Fixed,
    InstalmentPlan,
    ItemRules,
    KeyRef,
    Level,
    OncePer,
    Within,
)
from rules import assess
from services.review.register.awards import AwardAsked, GrantedAward, granted_award
from services.review.register.store import AwardRegister
from tests.unit.review.review_kit import USCC, application, claim, item_rules

WAN = 1_000_000
"""Fen of 1 万元."""

DAY = date(2025, 6, 1)
PROJECT = KeyRef(fact="project_code")
CERTIFICATE = KeyRef(fact="certificate_no")
LEVELS = {"ganzhou": Level.CITY}
TYPES = (
    FactType(name="rd_expense", label="研发投入", kind="number", unit="万元"),
    FactType(name="above_scale", label="规模以上企业", kind="flag"),
    FactType(name="project_code", label="项目编号", kind="code"),
    FactType(name="certificate_no", label="证书编号", kind="code"),
)
WANTED = FactAmount(fact="rd_expense", period="Y")


def capped(limit: int, scope: str, of: Any = WANTED, **counted: Any) -> Cap:
    known = Counted(**counted) if counted else None
    return Cap.model_validate(
        {
            "node": "cap",
            "scope": scope,
            "of": of,
            "limit": Fixed(value=str(limit), unit="万元"),
            "counted": known,
        }
    )


def award_rules(
    amount: Any = WANTED, stacking: Sequence[Any] = (), parts: Sequence[str] = (), year: int = 2025
) -> ItemRules:
    """What is claimed, in 万元, under these limits; `parts`: fractions of instalments."""
    plan = (
        InstalmentPlan.model_validate(
            {"parts": [{"label": f"第{n}期", "fraction": part} for n, part in enumerate(parts, 1)]}
        )
        if parts
        else None
    )
    changed = {"fact_types": TYPES, "stacking": tuple(stacking), "instalments": plan, "reference_year": year}
    return item_rules(amount=amount, frequency="per_event").model_copy(update=changed)


def once_for(key: KeyRef, *families: str, across_enterprises: bool = False) -> OncePer:
    return OncePer(within=Within(key=key), families=families, across_enterprises=across_enterprises)


def not_beside(*families: str) -> Exclusive:
    return Exclusive(families=families, keep="first", granted="refuse", within=Within(key=PROJECT))


def asked_for(
    rules: ItemRules,
    wan: int,
    *,
    tenant: str = "zhanggong",
    family: str = "A-1",
    uscc: str = USCC,
    project: str | None = None,
    certificate: str | None = None,
    instalment: int = 1,
    of: AwardAsked | None = None,
    **words: Any,
) -> AwardAsked:
    """A claim of so many 万元; `of`: a later instalment of that claim."""
    said: dict[str, Any] = {"source": "统计局", "as_of": DAY, "period": str(rules.reference_year)}
    facts = [
        Fact(name="above_scale", kind="flag", value=True, **said),
        Fact(name="rd_expense", kind="number", value=str(wan), unit="万元", **said),
    ]
    for name, value in (("project_code", project), ("certificate_no", certificate)):
        if value is not None:
            facts.append(Fact(name=name, kind="code", value=value, **said | {"period": None}))
    filed = of.claim if of is not None else claim(tenant=tenant, item_id=f"item-{family}", uscc=uscc, **words)
    case_id = of.case_id if of is not None else f"case-{filed.application_id}"
    return AwardAsked(case_id, tenant, filed, family, rules, instalment, tuple(facts))


OWN_COLUMNS = """
SELECT string_agg(column_name, ', ') FROM information_schema.columns
WHERE table_name = 'review_case' AND is_generated = 'NEVER'
"""


class Desk:
    """Files claims and grants them, each call in one transaction."""

    def __init__(self, review: Review) -> None:
        self.review = review
        review.hears(application())

    def files(self, *asked: AwardAsked) -> None:
        """Their cases, as the owner of the database writes them."""
        rows = [
            {"tenant": each.tenant, "id": each.case_id, "claim": each.claim.model_dump(mode="json")} for each in asked
        ]
        with psycopg.connect(psycopg_url(self.review.dsns.owner)) as connection:
            (columns,) = connection.execute(OWN_COLUMNS).fetchall()[0]
            connection.execute(
                f"INSERT INTO review_case ({columns}) SELECT {columns} FROM (SELECT (jsonb_populate_record(c, r.value)).*"
                " FROM review_case c, jsonb_array_elements(%s::jsonb) AS r"
                " WHERE c.id = (SELECT min(id) FROM review_case)) AS cases ON CONFLICT DO NOTHING",
                [orjson.dumps(rows).decode()],
            )

    def grants(self, *asked: AwardAsked, revision: int = 1, amount_fen: int | None = None) -> dict[str, int]:
        """File and decide these in one transaction; → what each was granted, in fen."""
        self.files(*asked)
        with self.review.frame.unit(sorted({each.tenant for each in asked}), action="test") as uow:
            register = uow.of(AwardRegister)
            register.hold(asked)
            granted: dict[str, int] = {}
            for turn in register.rounds(asked):
                granted |= _granted(turn, register, revision, amount_fen)
        return granted

    def history(self, asked: AwardAsked) -> AwardHistory:
        with self.review.frame.unit([asked.tenant], action="test") as uow:
            return uow.of(AwardRegister).histories([asked])[asked.case_id]

    def frees(self, asked: AwardAsked, ground: Any = "never_sent", **which: Any) -> None:
        with self.review.frame.unit([asked.tenant], action="test") as uow:
            uow.of(AwardRegister).free([asked.case_id], ground, by="officer-1", evidence="拨付单 1", **which)

    def counted(self) -> Mapping[str, int]:
        """What counts in the register, by case."""
        rows = self.review.rows("SELECT case_id, sum(fen)::bigint FROM award_part WHERE state = 'reserved' GROUP BY 1")
        return dict(rows)


def _granted(
    turn: Collection[AwardAsked], register: AwardRegister, revision: int, amount_fen: int | None
) -> dict[str, int]:
    histories = register.histories(turn)
    found = [
        (each, assessment)
        for each in turn
        if (assessment := assessed(each, histories[each.case_id])) and _due(assessment, amount_fen)
    ]
    awards = [
        granted_award(
            each,
            assessment,
            level=LEVELS.get(each.tenant, Level.COUNTY),
            year=each.rules.reference_year or 2025,
            period=each.claim_id,
            granted_on=DAY,
            history=histories[each.case_id],
            amount_fen=amount_fen,
            revision=revision,
        )
        for each, assessment in found
    ]
    refused = register.without_place(awards)
    sound: list[GrantedAward] = [award for award in awards if award.case_id not in refused]
    register.record(sound)
    return {award.case_id: award.fen for award in sound}


def assessed(asked: AwardAsked, history: AwardHistory) -> Assessment:
    year = asked.rules.reference_year or 2025
    return assess(asked.rules, FactSheet(facts=asked.facts, reference_year=year), DAY, awards=history)


def _due(assessment: Assessment, amount_fen: int | None) -> bool:
    return amount_fen is not None or bool(assessment.amount.money and assessment.amount.money.fen)
