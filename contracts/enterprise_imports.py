"""Many enterprises at once: from a table that was uploaded, or from a signed feed of the data exchange."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.fact_sources import SourceKind
from contracts.message import Command, ServiceName
from contracts.operations import OperationView
from contracts.uploads import Sha256

FeedName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""What the data exchange calls a feed."""


class ImportEnterprises(Command[OperationView]):
    """Register the enterprises that are new, and add the facts that are new; what is known already stays as it is.

    `csv` and `xlsx` need `sha256` (of an upload) and `source`: who says all this, and `as_of` when (the day of the
    command if not said). `feed` needs `feed` and nothing else: its lines say themselves who said what.
    """

    owner: ClassVar[ServiceName] = "catalog"

    format: Literal["csv", "xlsx", "feed"]
    sha256: Sha256 | None = None
    file_name: str | None = Field(default=None, max_length=200)
    source: str | None = Field(default=None, min_length=1, max_length=80)
    source_kind: SourceKind | None = None
    as_of: date | None = None
    feed: FeedName | None = None
