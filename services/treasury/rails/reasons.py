"""Why a bank does not pay, in our words. What the bank writes itself reaches nobody outside: it likes to name accounts."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.foundation.secrecy import mask_numbers

REASONS: Mapping[str, str] = {
    "creditor_name_mismatch": "收款户名与账号不符",
    "account_closed": "收款账户已销户",
    "account_frozen": "收款账户已冻结",
    "account_unknown": "收款账号不存在",
    "beneficiary_bank_closed": "收款银行暂停办理",
    "amount_limit": "超过收款账户的限额",
    "instruction_malformed": "银行拒绝受理该指令",
}
"""By the bank's code. A bank with codes of its own has a client of its own, which brings them to these."""

OTHER = "银行未能办理，须由经办人员与银行核实"
NO_REASON = "银行未说明原因"
LONGEST = 200


def in_our_words(code: str | None, said: str | None = None) -> str:
    """What is told of a payment that the bank did not make, or sent back, by its code and what it wrote."""
    return REASONS.get(code or "", OTHER if code or said else NO_REASON)


def for_staff(code: str | None, said: str | None) -> str:
    """The same for those who have to see to it, with what the bank wrote, its numbers starred."""
    words = mask_numbers((said or "").strip())[:LONGEST]
    return f"{in_our_words(code, said)}{QUOTED}{words}）" if words else in_our_words(code)


QUOTED = "（银行原文："
