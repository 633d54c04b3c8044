"""The open data page (开放数据): what there is to take, how fresh it is, and how to take it."""

from __future__ import annotations

from contracts.open_data import OpenData, ReadOpenData
from gateway.access import PUBLIC
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.open_data import COLUMNS
from gateway.portal.shell.pages import Nothing, Pages, Values

pages = Pages("public")


@pages.show("/open-data", Nothing, PUBLIC, template="open_data.html", nav=("public.nav.open_data", 40))
async def open_data(door: Door, _asked: Nothing) -> Values:
    """Three ways to take everything, and when it last changed; without that while the catalogue is away."""
    state: OpenData | None
    try:
        state = await door.told(ReadOpenData(limit=1))
    except (BusError, Faulted):
        state = None
    return {"state": state, "columns": tuple(COLUMNS)}
