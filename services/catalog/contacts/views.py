"""What is answered about contacts."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.enterprises import ContactChange, ContactChangeList, ListContactChanges
from services.catalog.enterprises.known import refuse_unknown

CHANGES = (
    "SELECT contact_name, contact_masked, former_masked, reason, changed_by, changed_by_name, changed_at"
    " FROM enterprise_contact_change WHERE tenant = :tenant AND enterprise_id = :id ORDER BY version DESC LIMIT 50"
)


def list_contact_changes(query: ListContactChanges, reader: Reader) -> ContactChangeList:
    """The newest first, numbers masked. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_unknown(reader, query.enterprise_id)
    rows = reader.execute(CHANGES, {"tenant": reader.tenant, "id": query.enterprise_id})
    return ContactChangeList(items=tuple(ContactChange.model_validate(dict(row)) for row in rows.mappings()))
