"""Columns of a line that differ from the dossier and are not taken: each is told, with the way to have it changed."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from contracts.names import difference, same_name
from contracts.operations import LineResult
from services.catalog.enterprises.domain import Enterprise
from services.catalog.imports.lines import EnterpriseLine


def differing_columns(line: EnterpriseLine, dossier: Enterprise, cipher: Cipher) -> list[LineResult]:
    """The name, which changes by the register's notice and a second person, and the contact, which the enterprise changes
    itself. A name that is only written otherwise is the same.
    """
    found = []
    if not same_name(line.name, dossier.name):
        where = difference(line.name, dossier.name)
        text = f"企业名称“{line.name}”与档案中的“{dossier.name}”不一致"
        text += f"（{where.sentence}）" if where is not None else ""
        text += "，未更改：已变更名称的，请在企业页面凭变更登记通知书办理名称变更，由另一人复核；写错的请改正。"
        found.append(("name", "name_change_needed", text))
    if line.contact_mobile is not None and not _is_contact(line.contact_mobile, dossier, cipher):
        text = f"联系手机与档案中的（{dossier.contact_masked}）不一致，未更改：由企业登录后在“联系人”中自行变更。"
        found.append(("contact_mobile", "contact_by_enterprise_only", text))
    return [
        LineResult(
            line=line.line,
            column=line.title(column),
            outcome="refused",
            code=code,
            message=text,
            subject_id=dossier.id,
        )
        for column, code, text in found
    ]


def _is_contact(mobile: str, dossier: Enterprise, cipher: Cipher) -> bool:
    return cipher.open(dossier.contact_sealed, purpose="contact", tenant=dossier.tenant) == mobile
