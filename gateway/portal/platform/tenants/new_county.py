"""What a person fills in to bring a place on board, and the command that comes of it."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from contracts.identity import DivisionCode, TenantSettings
from contracts.message import Model, TenantId
from contracts.onboarding import OnboardCounty
from contracts.rule.shares import Level
from gateway.portal.platform.tenants.department_lines import departments_of


class NewCounty(Model):
    """As `OnboardCounty`, with the departments as lines."""

    id: TenantId
    name: str = Field(min_length=2, max_length=60)
    level: Level
    parent_id: TenantId | None = None
    division_code: DivisionCode
    division_code_since: date | None = None
    settings: TenantSettings
    department_lines: str = Field(default="", max_length=20_000)

    def command(self) -> OnboardCounty:
        """Raises LinesWrong."""
        said = self.model_dump(exclude={"department_lines", "settings"})
        departments = departments_of(self.department_lines)
        return OnboardCounty(**said, settings=with_names(self.settings), departments=departments)


def with_names(settings: TenantSettings) -> TenantSettings:
    """A mode that nobody has named is called as everywhere; the inbox is always one of the channels."""
    usual = TenantSettings()
    channels = tuple(dict.fromkeys((*settings.channels, "inbox"))) if settings.channels else usual.channels
    return settings.model_copy(update={"mode_names": {**usual.mode_names, **settings.mode_names}, "channels": channels})
