"""Review's dispatches on a real database, before the sandbox's department system as a process of its own.

As a program (`python department_kit.py PORT`): one round of what is due, in a process that may be killed.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import psycopg
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.foundation.ids import new_id
from chassis.foundation.settings import Settings
from chassis.outside.client import Limits
from chassis.outside.reach import Reach
from chassis.testing.fakes import received
from chassis.time.clock import ShiftedClock
from chassis.time.jobs import claim
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.department_systems import DispatchView, ListDispatches, RegisterDepartmentSystem
from contracts.departments import DatedName, DepartmentRegistered
from contracts.message import Actor, Command, Query, snake_case
from copies.departments import keep_departments
from sandbox.testing import RunningProgram
from services.review.dispatches import registering, use_cases, views
from services.review.dispatches.department_system import DepartmentSystemClient
from services.review.dispatches.domain import CheckAsked, CheckQuestion
from services.review.dispatches.quiet import QuietSystems
from tests.key_kit import key_ring

TENANT = "zhanggong"
SECRET = "whsec_c2VjcmV0LW9mLWJvdGgtc2lkZXM="
USCC = "91360702DEM000014H"
GROUNDS = ("近三年未发生较大以上生产安全事故", "无重大事故隐患未整改")
ADMIN = Actor(id="admin-1", roles=frozenset({"platform"}))
BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))


class MovingClock:
    """Runs like the machine's, and can be put forward: answers of the sandbox are of now, patience is of hours."""

    def __init__(self) -> None:
        self._clock = ShiftedClock(timedelta())

    def now(self) -> Any:
        return self._clock.now()

    def advance(self, by: timedelta) -> None:
        self._clock = ShiftedClock(by, self._clock)


@contextmanager
def department_system(folder: Path) -> Iterator[RunningProgram]:
    """The sandbox's, with the secret that the tests register."""
    os.environ["DEPARTMENT_SYSTEM_SECRET"] = SECRET
    try:
        with RunningProgram("sandbox.department_system", folder / "department.sqlite") as running:
            yield running
    finally:
        del os.environ["DEPARTMENT_SYSTEM_SECRET"]


def client_of(port: int) -> DepartmentSystemClient:
    reach = Reach((ip_network("127.0.0.0/8"),), frozenset({port}))
    return DepartmentSystemClient(reach, limits=Limits(seconds=1.0, connect_seconds=0.5, answer_bytes=64 * 1024))


class Checks:
    """The room without nameko and without loops."""

    def __init__(self, frame: Frame, dsns: Dsns, clock: MovingClock, system: RunningProgram) -> None:
        self.frame, self.dsns, self.clock, self.system = frame, dsns, clock, system
        self.client, self.quiet = client_of(system.port), QuietSystems()
        self.hears_of_the_department()

    def hears_of_the_department(self) -> None:
        department = DepartmentRegistered(
            department_id="emergency",
            name="章贡区应急管理局",
            names=(DatedName(name="章贡区应急管理局", since=self.clock.now().date() - timedelta(days=9)),),
            functions=frozenset(),
        )
        subscription = Subscription("departments", frozenset({"DepartmentRegistered"}), keep_departments)
        Inbox("review", [subscription], self.frame.event_unit, max_attempts=3).apply(
            [received(department, tenant=TENANT)]
        )

    def registers(self, **changes: Any) -> dict[str, Any]:
        said = {
            "department_id": "emergency",
            "name": "应急管理业务系统",
            "address": f"http://127.0.0.1:{self.system.port}",
            "secret": SECRET,
            "patience_minutes": 60,
        }
        return self.ordered(RegisterDepartmentSystem(**said | changes))

    def ordered(self, order: Command) -> dict[str, Any]:
        def register(cmd: Any, uow: UnitOfWork) -> Any:
            return registering.register_department_system(cmd, uow, self.client, self.frame.cipher)

        handle: Any = register if isinstance(order, RegisterDepartmentSystem) else registering.close_department_system
        body = order.model_dump(mode="json")
        envelope = {
            "idempotency_key": new_id(),
            "tenant": TENANT,
            "actor": ADMIN.model_dump(mode="json"),
            "name": snake_case(type(order).__name__),
            "body_hash": hashlib.sha256(repr(body).encode()).hexdigest(),
            "body": body,
        }
        return self.frame.run_command(type(order), handle, envelope)

    def asked(self, question: Query, actor: Actor = BUREAU) -> dict[str, Any]:
        name = snake_case(type(question).__name__)
        envelope = {
            "tenant": TENANT,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body": question.model_dump(mode="json"),
        }
        return self.frame.run_query(type(question), getattr(views, name), envelope)

    def dispatches(self, *tasks: str, grounds: tuple[str, ...] = GROUNDS) -> frozenset[str]:
        question = CheckQuestion(
            receipt="ZG-20260310-0001", uscc=USCC, enterprise_name="样本电子有限公司", grounds=grounds
        )
        asked = [
            CheckAsked(
                task_id=task,
                case_id="case-1",
                tenant=TENANT,
                department_id="emergency",
                question=question,
                asking_department_id="industry",
            )
            for task in tasks or ("task-1",)
        ]
        with self.frame.event_unit([TENANT], action="test") as uow:
            return use_cases.dispatch_checks(asked, uow)

    def knows(self, **firm: Any) -> None:
        self.system.client.put(f"/control/firms/{USCC}", json=firm).raise_for_status()

    def misbehaves(self, *rules: dict[str, Any]) -> None:
        self.system.client.put("/control/behaviour", json=list(rules)).raise_for_status()

    def works(self, unit: Callable[[Sequence[str]], UnitOfWork] | None = None) -> int:
        """What is due now; returns how many jobs there were."""
        return work(self.frame, self.client, self.quiet, unit)

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))
        self.works()

    def one(self) -> DispatchView:
        (found,) = self.all()
        return found

    def all(self, actor: Actor = BUREAU) -> list[DispatchView]:
        """What this reader sees of the case's; whoever has no part in it is refused, and so sees none."""
        answer = self.asked(ListDispatches(case_id="case-1"), actor)
        if "refused" in answer:
            assert answer["refused"]["code"] in ("case_not_found", "not_your_department"), answer
            return []
        return [DispatchView.model_validate(each) for each in answer["ok"]["items"]]

    def told(self) -> list[tuple[Any, ...]]:
        """What waits for joint checks."""
        return self.rows("SELECT kind, subject FROM job WHERE kind LIKE 'check\\_%' ORDER BY subject")

    def book(self) -> list[dict[str, Any]]:
        """What the system has taken, by its own account."""
        page: dict[str, Any] = self.system.client.get("/control/checks").raise_for_status().json()
        return list(page["checks"])

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()


def work(
    frame: Frame,
    client: DepartmentSystemClient,
    quiet: QuietSystems,
    unit: Callable[[Sequence[str]], UnitOfWork] | None = None,
) -> int:
    jobs = claim(frame.frame_engine, use_cases.ASK_SYSTEM, frame.clock.now(), 5)

    def opened(tenants: Sequence[str]) -> UnitOfWork:
        return frame.event_unit(tenants, action=use_cases.ASK_SYSTEM)

    if jobs:
        use_cases.ask_systems(jobs, unit or opened, client, frame.cipher, quiet)
    return len(jobs)


def main() -> int:
    urls = os.environ["DATABASE_URL"], os.environ["FRAME_DATABASE_URL"]
    frame = Frame(Settings("review", *urls, "amqp://nowhere", key_ring()))
    work(frame, client_of(int(sys.argv[1])), QuietSystems())
    return 0


if __name__ == "__main__":
    sys.exit(main())
