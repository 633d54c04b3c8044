"""A house whose time a test chooses: for journeys that take weeks by the calendar of an office."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from unittest.mock import patch

from otlp_kit import OtlpReceiver
from system_kit import NOT_OURS, House

from chassis.foundation.ids import new_id
from chassis.time.clock import CHINA
from console.cluster.cluster import Cluster
from console.cluster.roster import process_names, without_ours
from console.demo.door import DemoDoor
from console.machine.quarters import quarters_for
from console.operating import verify as verifying
from console.operating.checks.report import Report
from console.place import CHECKOUT

MOVED_CLOCKS = Path(__file__).parent / "moved_clocks"
FIRST = "bank"
"""With whom database and broker are started; it is started anew with the others' clock."""


class LaterHouse(House):
    """All of its processes, the bank's included, have the same clock; it begins with the machine's and only goes forward."""

    def __init__(self, cluster: Cluster, receiver: OtlpReceiver, environ: Mapping[str, str]) -> None:
        super().__init__(cluster, receiver, environ)
        self._file = cluster.home / "ahead"
        self.ahead = timedelta(seconds=float(self._file.read_text("ascii"))) if self._file.exists() else timedelta()
        self._tell()

    def stand_up(self) -> None:
        """Everything runs by the chosen clock."""
        given = {"PYTHONPATH": os.pathsep.join([str(MOVED_CLOCKS), str(CHECKOUT)]), "ZHIDA_TEST_AHEAD": str(self._file)}
        self.cluster.up([FIRST])
        with ThreadPoolExecutor(len(process_names())) as pool:
            list(pool.map(lambda name: self.cluster.restart(name, given), process_names()))

    def lends(self, door: DemoDoor) -> None:
        """It is closed with the house."""
        self._doors.append(door)

    def now(self) -> datetime:
        return datetime.now(CHINA) + self.ahead

    def goes_to(self, moment: datetime) -> None:
        """It is that time now, everywhere at once."""
        assert moment >= self.now(), f"time goes forward: it is {self.now()}, not yet {moment}"
        self.ahead += moment - self.now()
        self._tell()

    def verify(self, *, settle_s: float = 45.0) -> Report:
        """Everything as whoever looks at it then finds it."""
        house = self

        class Then(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetime.now(tz) + house.ahead

        with patch.object(verifying, "datetime", Then):
            return super().verify(settle_s=settle_s)

    def _tell(self) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(str(self.ahead.total_seconds()), "ascii")
        new.replace(self._file)


class OfficeDays:
    """Which days are worked in the year of a journey: the test loads the year itself, so that it knows."""

    def __init__(self, year: int, rests: Collection[date], made_up: Collection[date]) -> None:
        self.year, self.rests, self.made_up = year, frozenset(rests), frozenset(made_up)

    def worked(self, day: date) -> bool:
        return day in self.made_up or (day.weekday() < 5 and day not in self.rests)

    def after(self, day: date, count: int) -> date:
        """The last of so many working days that follow this day, which does not count itself."""
        while count:
            day += timedelta(days=1)
            count -= self.worked(day)
        return day

    def order(self, replaces: int | None) -> dict[str, Any]:
        order: dict[str, Any] = {
            "year": self.year,
            "rest_days": sorted(map(str, self.rests)),
            "working_days": sorted(map(str, self.made_up)),
            "document_number": f"国办发明电〔{self.year - 1}〕0号（示例）",
            "why": "示例：载入下一年",
        }
        return order if replaces is None else {**order, "replaces": replaces}


def next_year() -> OfficeDays:
    """The year after this, in which offices work on the first Saturday of every month from March to October."""
    year = datetime.now(CHINA).year + 1
    holidays = {date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))}
    made_up = {_first_saturday(year, month) for month in range(3, 11)} - holidays
    return OfficeDays(year, holidays, made_up)


def _first_saturday(year: int, month: int) -> date:
    day = date(year, month, 1)
    return day + timedelta(days=(5 - day.weekday()) % 7)


def next_friday(house: LaterHouse, days: OfficeDays) -> date:
    """The first before a Saturday that is worked, from the house's tomorrow on."""
    eves = (day - timedelta(days=1) for day in sorted(days.made_up))
    return next(day for day in eves if day > house.now().date() and days.worked(day))


def next_monday(house: LaterHouse, days: OfficeDays) -> date:
    """The first that is worked, from the house's tomorrow on and within the year that is loaded."""
    day = max(house.now().date(), date(days.year, 3, 1)) + timedelta(days=1)
    while day.weekday() != 0 or not days.worked(day):
        day += timedelta(days=1)
    return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CHINA)


def china_day(instant: str | None) -> date:
    assert instant is not None
    return datetime.fromisoformat(instant).astimezone(CHINA).date()


def load(house: House, days: OfficeDays) -> None:
    """The year is in force for everybody; where it is loaded so already, nothing is said."""
    with house.client() as client:
        known = client.get(f"/api/v1/calendars/{days.year}").json()
        loaded = known.get("working_day_count") is not None
        order = days.order(known["version"] if loaded else None)
        if loaded and known["document_number"] == order["document_number"]:
            return
        headers = {"Authorization": f"Bearer {house.platform_token}", "Idempotency-Key": f"test/{new_id()}"}
        answer = client.post("/api/v1/calendars", json=order, headers=headers)
    assert answer.is_success, answer.text


@contextmanager
def later_house(test_home: Path) -> Iterator[LaterHouse]:
    """A house of its own, since the others live by the machine's time. ZHIDA_TEST_REUSE: see `system_kit.running_house`."""
    reuse = bool(os.environ.get("ZHIDA_TEST_REUSE"))
    home = test_home / f"later-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    environ = {name: value for name, value in without_ours(os.environ).items() if name not in NOT_OURS}
    environ["ZHIDA_PROGRAMS"] = str(quarters_for(test_home).programs(os.environ))
    if home.exists() and not reuse:
        Cluster(home, asked={}, environ=environ).down(wipe=True)
    with OtlpReceiver() as receiver:
        environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url
        cluster = Cluster(home, asked={}, environ=environ)
        try:
            house = LaterHouse(cluster, receiver, environ)
            house.stand_up()
            yield house
            house.close()
        finally:
            if not reuse:
                cluster.down(wipe=True)
                (home / "ahead").unlink(missing_ok=True)
