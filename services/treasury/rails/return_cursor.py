"""How far each tenant has read the bank's list of returns (退汇)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.message import TenantId

if TYPE_CHECKING:
    from chassis.write.uow import UnitOfWork

FETCH_RETURNS = "fetch_returns"


class ReturnCursor:
    """How far each tenant has read the bank's list of returns."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def begin(self, tenant: TenantId) -> bool:
        """Start reading from the beginning; True for the one caller who started it."""
        begun = self._uow.execute(
            "INSERT INTO return_cursor (tenant, after) VALUES (:tenant, 0) ON CONFLICT DO NOTHING",
            {"tenant": tenant},
        )
        return begun.rowcount == 1

    def after(self, tenant: TenantId) -> int:
        """The bank's number of the last return that was read."""
        read = self._uow.execute("SELECT after FROM return_cursor WHERE tenant = :tenant", {"tenant": tenant})
        return int(read.scalar_one())

    def advance(self, tenant: TenantId, after: int) -> None:
        """Everything up to `after` has been dealt with; it never goes back."""
        self._uow.execute(
            "UPDATE return_cursor SET after = :after WHERE tenant = :tenant AND after < :after",
            {"tenant": tenant, "after": after},
        )
