"""An enterprise's consent to electronic service (送达地址确认). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.case_notices import ElectronicService
from contracts.message import Id


@dataclass(kw_only=True, slots=True)
class ServiceConsent(Aggregate):
    """An enterprise's consent to electronic service in a place; its id is the enterprise's. What it was shown is kept."""

    address: str = ""
    text_version: str = ""
    text: str = ""
    given_by: Id = ""
    given_at: datetime | None = None
    withdrawn_by: Id | None = None
    withdrawn_at: datetime | None = None

    def give(self, address: str, text_version: str, text: str, by: Id, at: datetime) -> None:
        """It stands from now on, in these words."""
        self.address, self.text_version, self.text = address, text_version, text
        self.given_by, self.given_at = by, at
        self.withdrawn_by = self.withdrawn_at = None

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None

    @property
    def view(self) -> ElectronicService:
        if not self.stands:
            return ElectronicService()
        return ElectronicService(
            address=self.address, text_version=self.text_version, given_by=self.given_by, given_at=self.given_at
        )
