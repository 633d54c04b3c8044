"""What is seen of tenants: the list from the public registry, one with its history from its own rows."""

from __future__ import annotations

from sqlalchemy import select

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.tenancy.registry import TenantUnknown
from contracts.identity import PLATFORM, TenantView
from contracts.tenants import (
    GetTenant,
    GetTenantVersions,
    ListTenants,
    TenantPage,
    TenantVersion,
    TenantVersionPage,
)
from gateway.identity.tenants.store import ONBOARDED_TENANT, TENANT_VERSION, division_codes

# Every version of a tenant is a change of its settings' row: the two are counted alike.
REGISTERED = (
    "SELECT id, parent_id, level, division_code, name, settings, settings_version AS version FROM tenant"
    " WHERE (CAST(:parent AS text) IS NULL OR parent_id = :parent) AND id > :after"
    " AND (CAST(:own AS text) IS NULL OR id = :own OR parent_id = :own) ORDER BY id LIMIT :limit"
)


def get_tenant(query: GetTenant, reader: Reader) -> TenantView:
    """Asked in the tenant's own name. Raises TenantUnknown."""
    columns = ONBOARDED_TENANT.c
    statement = select(ONBOARDED_TENANT).where(columns.tenant == query.id, columns.id == query.id)
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise TenantUnknown(tenant=query.id)
    return TenantView.model_validate({**row, "division_codes": division_codes(row)})


def list_tenants(query: ListTenants, reader: Reader) -> TenantPage:
    """All of them to the platform, to others their own place and those below. Raises CursorInvalid."""
    (after,) = decode_cursor(query.cursor, str) or ("",)
    own = None if reader.tenant == PLATFORM else reader.tenant
    wanted = {"parent": query.parent_id, "after": after, "own": own, "limit": query.limit + 1}
    rows, more = cut_page(reader.execute(REGISTERED, wanted).mappings().all(), query.limit)
    return TenantPage(
        items=tuple(TenantView.model_validate(dict(row)) for row in rows),
        next_cursor=encode_cursor(rows[-1]["id"]) if more else None,
    )


def get_tenant_versions(query: GetTenantVersions, reader: Reader) -> TenantVersionPage:
    """Asked in the tenant's own name, the newest first. Raises TenantUnknown or CursorInvalid."""
    c = TENANT_VERSION.c
    statement = select(TENANT_VERSION).where(c.tenant == query.id).order_by(c.version.desc()).limit(query.limit + 1)
    before = decode_cursor(query.cursor, int)
    if before is not None:
        statement = statement.where(c.version < before[0])
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    if not rows and before is None:
        raise TenantUnknown(tenant=query.id)
    return TenantVersionPage(
        items=tuple(TenantVersion.model_validate(dict(row)) for row in rows),
        next_cursor=encode_cursor(rows[-1]["version"]) if more else None,
    )
