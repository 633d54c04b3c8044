"""What the states of findings, records and requests are called, for staff and for the public."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.integrity import FindingOrigin, FindingState, RecordState, RequestKind, RequestState, SaidAbout
from contracts.integrity_grounds import Gravity
from contracts.status_labels import StatusLabel


def _same(zh: str, en: str) -> StatusLabel:
    return StatusLabel(zh, zh, en, en)


FINDING: Mapping[FindingState, StatusLabel] = {
    "opened": _same("已立案，待事先告知", "Opened, the firm to be told"),
    "notified": _same("已事先告知，待陈述申辩", "Told, the firm may be heard"),
    "defended": _same("已陈述申辩，待认定", "Heard, to be decided"),
    "established": _same("认定成立", "Established"),
    "not_established": _same("认定不成立", "Not established"),
}

ORIGIN: Mapping[FindingOrigin, StatusLabel] = {
    "credit_check": _same("以信用代审核抽查发现", "Found by a check of credit-based approval"),
    "officer": _same("办理中发现", "Found by an officer"),
    "report": _same("举报或移送", "Reported or handed over"),
}

ABOUT: Mapping[SaidAbout, StatusLabel] = {
    "commitment": _same("信用承诺", "Commitment"),
    "material": _same("申报材料", "Material"),
    "declared_fact": _same("申报数据", "Declared fact"),
    "other": _same("其他", "Other"),
}

GRAVITY: Mapping[Gravity, StatusLabel] = {
    "minor": _same("轻微", "Minor"),
    "general": _same("一般", "General"),
    "serious": _same("严重", "Serious"),
}

RECORD: Mapping[RecordState, StatusLabel] = {
    "in_force": _same("有效", "In force"),
    "repaired": _same("已修复", "Repaired"),
    "corrected": _same("已更正", "Corrected"),
    "ended": _same("已到期", "Ended"),
}

REQUEST: Mapping[RequestKind, StatusLabel] = {
    "repair": _same("信用修复", "Repair"),
    "objection": _same("异议", "Objection"),
}

REQUEST_STATE: Mapping[RequestState, StatusLabel] = {
    "open": _same("办理中", "Being looked into"),
    "granted": _same("已同意", "Granted"),
    "refused": _same("未同意", "Refused"),
}

DISPUTED = _same("异议处理中", "Disputed")
