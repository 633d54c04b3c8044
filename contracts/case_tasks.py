"""What a department has to do in a case, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from contracts.message import Model

Task = Literal["material_check", "site_inspection"]


class SheetTask(Model):
    """What the department has to do in an open case, and until when by the calendars as they are now; without a date it
    waits for the working days of `awaits_year`, or has no limit.
    """

    task: Task
    due_at: datetime | None
    awaits_year: int | None = None
