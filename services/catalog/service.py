"""The catalogue on the bus: its rooms under one name."""

from __future__ import annotations

from services.catalog.enterprises.imports_service import ImportEntrypoints
from services.catalog.enterprises.service import EnterpriseEntrypoints
from services.catalog.matching.service import MatchingEntrypoints
from services.catalog.outside_figures.service import OutsideFigureEntrypoints
from services.catalog.policies.service import PolicyEntrypoints
from services.catalog.search.service import SearchEntrypoints
from services.catalog.workbooks.service import WorkbookEntrypoints


class CatalogService(
    PolicyEntrypoints,
    WorkbookEntrypoints,
    EnterpriseEntrypoints,
    ImportEntrypoints,
    OutsideFigureEntrypoints,
    MatchingEntrypoints,
    SearchEntrypoints,
):
    """What is on offer and to whom."""

    name = "catalog"
