"""What the rows of every case say alike, from the contracts themselves."""

from __future__ import annotations

import json
from typing import Any

from bench.filings import sample_item
from bench.grown.size import BIG
from chassis.foundation.secrecy import Cipher
from contracts.enterprises import Payee
from contracts.identity import PLATFORM
from contracts.intake import Claim
from contracts.item import PolicyItemContent
from contracts.money import Money
from contracts.rule import Amount, Assessment, State, Verdict

AMOUNT_FEN = 20_000_000


def templates(cipher: Cipher) -> dict[str, str]:
    """Parameters of the statements: JSON texts, and what is sealed for BIG."""
    claim = Claim(
        application_id="a", receipt="R-00000", tenant=BIG, filed_in=BIG, enterprise_id="e", enterprise_name="企业",
        uscc="x", item_id="i1", item_version=1, item_title="首次升规奖励", mode="instant", department="工信局",
    )  # fmt: skip
    payee = Payee(
        account_id="a1", account_version=1, account_name="企业", account_sealed="sealed", account_masked="…1234",
        bank_name="示例银行",
    )  # fmt: skip
    assessment = Assessment(
        verdict=Verdict(state=State.MET, reasons=()), amount=Amount(state="known", money=Money(AMOUNT_FEN))
    )
    item = PolicyItemContent.model_validate(sample_item())
    said: dict[str, Any] = {
        "claim": claim.model_dump(mode="json"),
        "payee": payee.model_dump(mode="json"),
        "assessment": assessment.model_dump(mode="json"),
        "item": item.model_dump(mode="json"),
        "rules": item.rules.model_dump(mode="json"),
    }
    sealed = {
        "code": cipher.seal("AAAA1111", purpose="query_code", tenant=BIG),
        "contact": cipher.seal("13800000000", purpose="contact", tenant=BIG),
    }
    digest = cipher.hmac(cipher.digest("R-1AAAA1111"), purpose="query_code_digest", tenant=PLATFORM)
    return {name: json.dumps(each) for name, each in said.items()} | sealed | {"digest": digest}
