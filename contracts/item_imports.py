"""Items out of a workbook, as long work (`contracts.operations`)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from contracts.message import Command, ServiceName
from contracts.operations import OperationView
from contracts.uploads import Sha256


class ImportItems(Command[OperationView]):
    """Make a draft of every item of the uploaded workbook (docs/item-import.md), or edit the one that there is.

    Nothing is published by it. An item that is there in the same words already stays as it is.
    """

    owner: ClassVar[ServiceName] = "catalog"

    sha256: Sha256
    file_name: str | None = Field(default=None, max_length=200)
