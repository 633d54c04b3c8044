"""Which files are open to whom."""

from __future__ import annotations

from chassis.edge.frame import Frame
from contracts.message import Actor, Id, TenantId
from contracts.refusal import Forbidden
from gateway.identity.case_files.use_cases import OPEN_FOR

OPENED = """
SELECT id FROM security_event
WHERE tenant = :tenant AND actor_id = :actor AND kind = 'case_file_opened' AND at > :since
    AND details ->> 'case_id' = :case LIMIT 1
"""


class CaseFileNotOpen(Forbidden):
    code = "case_file_not_open"
    sentence = "请先凭调阅文书号打开该案卷；打开后 30 分钟内可以查看。"


def must_be_open(frame: Frame, tenant: TenantId, actor: Actor, case_id: Id) -> None:
    """Returns where the actor has opened the file a short while ago. Blocks. Raises CaseFileNotOpen."""
    with frame.reader((tenant,)) as reader:
        asked = {"tenant": tenant, "actor": actor.id, "since": reader.now - OPEN_FOR, "case": case_id}
        if reader.execute(OPENED, asked).first() is None:
            raise CaseFileNotOpen()
