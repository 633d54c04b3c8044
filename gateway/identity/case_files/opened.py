"""Which files are open to whom."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.case_files import OpenedCaseFile, ReadCaseFile
from contracts.refusal import Forbidden
from gateway.identity.case_files.use_cases import OPEN_FOR

OPENED = """
SELECT at, details ->> 'document_number' AS document_number FROM security_event
WHERE tenant = :tenant AND actor_id = :actor AND kind = 'case_file_opened' AND at > :since
    AND details ->> 'case_id' = :case ORDER BY at DESC LIMIT 1
"""


class CaseFileNotOpen(Forbidden):
    code = "case_file_not_open"
    sentence = "请先凭调阅文书号打开该案卷；打开后 30 分钟内可以查看。"


def opened_case_file(query: ReadCaseFile, reader: Reader) -> OpenedCaseFile:
    """Under which document the reader has opened the file a short while ago. Raises CaseFileNotOpen."""
    asked = {"tenant": reader.tenant, "actor": reader.actor.id, "since": reader.now - OPEN_FOR, "case": query.case_id}
    found = reader.execute(OPENED, asked).first()
    if found is None:
        raise CaseFileNotOpen()
    return OpenedCaseFile(
        case_id=query.case_id,
        document_number=found.document_number or "",
        opened_at=found.at,
        until=found.at + OPEN_FOR,
    )
