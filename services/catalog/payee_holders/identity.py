"""By what a holder is known: a credit code, which anybody may read, or a resident id, which nobody sees whole again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from chassis.foundation.secrecy import Cipher
from contracts.payee_holder_accounts import RegisterPayeeHolder
from contracts.refusal import Reason
from services.catalog.enterprises.credit_code import checked_credit_code, plain_code
from services.catalog.enterprises.domain import CreditCodeInvalid

SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")


@dataclass(frozen=True, slots=True)
class HolderIdentity:
    """`known_by` finds the same holder again: the code itself, or a keyed digest of the resident id, of which `sealed` keeps
    the text (purpose `holder_identity`). `also_known_by` are the digests under keys that were in use before."""

    known_by: str
    masked: str
    sealed: str | None = None
    also_known_by: Sequence[str] = ()


def identity_of(
    cmd: RegisterPayeeHolder, cipher: Cipher, tenant: str, admitted: Callable[[str], bool]
) -> tuple[HolderIdentity | None, list[Reason]]:
    """Who is meant, or everything that is wrong with what was said of it. No reason repeats a resident id."""
    if cmd.kind == "person":
        reasons = [_needless("uscc", "自然人只填身份证号，不填统一社会信用代码")] if cmd.uscc is not None else []
        if cmd.resident_id is None:
            return None, [*reasons, _missing("resident_id", "收款人是自然人的，请填写其居民身份证号")]
        number = resident_number(cmd.resident_id)
        if number is None:
            text = "身份证号有误（共 18 位，末位为校验码），请核对证件"
            return None, [*reasons, Reason(code="resident_id_wrong", message=text, field="resident_id")]
        return (_of_person(number, cipher, tenant), []) if not reasons else (None, reasons)
    reasons = []
    if cmd.resident_id is not None:
        reasons.append(
            _needless("resident_id", "单位只填统一社会信用代码，不填身份证号；付给个人的，收款人类型请选自然人")
        )
    if cmd.uscc is None:
        return None, [*reasons, _missing("uscc", "收款人是单位的，请填写其统一社会信用代码")]
    try:
        code = checked_credit_code(cmd.uscc, admitted)
    except CreditCodeInvalid as wrong:
        return None, [*reasons, *wrong.refusal().reasons]
    return (HolderIdentity(known_by=code, masked=code), []) if not reasons else (None, reasons)


def resident_number(written: str) -> str | None:
    """The 18 characters of GB 11643 without what sets them apart; None for what is none."""
    text = plain_code(written)
    if not SHAPE.fullmatch(text) or ric.calc_check_digit(text) != text[-1]:
        return None
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
    return text


def _of_person(number: str, cipher: Cipher, tenant: str) -> HolderIdentity:
    known_by, *former = cipher.hmacs(number, purpose="holder_identity", tenant=tenant)
    return HolderIdentity(
        known_by=known_by,
        masked=f"{number[:3]}{'*' * 11}{number[-4:]}",
        sealed=cipher.seal(number, purpose="holder_identity", tenant=tenant),
        also_known_by=former,
    )


def _missing(field: str, text: str) -> Reason:
    return Reason(code="field_missing", message=text, field=field)


def _needless(field: str, text: str) -> Reason:
    return Reason(code="holder_identity_needless", message=text, field=field)
