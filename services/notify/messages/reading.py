"""Who of an enterprise's people has read which of its messages."""

from __future__ import annotations

from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.message import Id
from contracts.notify import MarkMessageRead, MessageView
from contracts.refusal import NotFound
from copies.merged_enterprises import OF_ENTERPRISE
from services.notify.messages.domain import refuse_stranger

READ = "EXISTS (SELECT FROM message_read r WHERE (r.tenant, r.message_id, r.person_id) = (m.tenant, m.id, :person))"
"""Whether the person `:person` has read the message `m`."""

UNREAD_COUNT = f"""
SELECT count(*) FROM message m
WHERE m.tenant = :tenant AND m.enterprise_id {OF_ENTERPRISE} AND m.channel = 'inbox' AND NOT {READ}
"""

ONE = f"""
SELECT m.id AS message_id, m.claim ->> 'receipt' AS receipt, m.channel, m.template, m.text, m.state, m.created_at,
    m.delivered_at
FROM message m WHERE m.tenant = :tenant AND m.id = :id AND m.enterprise_id {OF_ENTERPRISE}
"""

MARK = """
INSERT INTO message_read (tenant, message_id, person_id, read_at) VALUES (:tenant, :id, :person, :now)
ON CONFLICT DO NOTHING
"""


class MessageUnknown(NotFound):
    """No message to the enterprise has this id."""

    code = "message_unknown"
    sentence = "没有找到发给贵单位的这条消息。"


def unread_of_enterprise(enterprise_id: Id, reader: Reader) -> int:
    """How many messages in the enterprise's inbox the actor has not read. Raises EnterpriseNotYours."""
    refuse_stranger(reader.actor, enterprise_id)
    wanted = {"tenant": reader.tenant, "enterprise": enterprise_id, "person": reader.actor.id}
    return int(reader.execute(UNREAD_COUNT, wanted).scalar_one())


def mark_message_read(cmd: MarkMessageRead, uow: UnitOfWork) -> MessageView:
    """The actor has read it. Raises EnterpriseNotYours, MessageUnknown."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    wanted = {"tenant": uow.tenant, "enterprise": cmd.enterprise_id, "id": cmd.message_id}
    row = uow.execute(ONE, wanted).mappings().first()
    if row is None:
        raise MessageUnknown()
    uow.execute(MARK, {"tenant": uow.tenant, "id": cmd.message_id, "person": uow.actor.id, "now": uow.now})
    return MessageView.model_validate(dict(row))
