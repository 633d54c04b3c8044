"""The tracking query the way nameko's own documentation builds it: `python -m bench.stock_nameko gateway|service PORT`.

`gateway` is nameko's HTTP entrypoint and RpcProxy; `service` is an rpc method that asks oversight's database for
the same row that our own tracking reads, compares the query code in the same way, and answers with the same
steps. Nothing around it: no frame, no contracts, no traces.

AMQP_URL says where the bus is, DATABASE_URL (oversight's application role, with the tenant among its options)
where the rows are.
"""

# ruff: noqa: E402
from __future__ import annotations

# Green sockets, and psycopg waiting through `select`, before anything else is imported.
import os

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")

import eventlet

eventlet.monkey_patch()

import hashlib
import json
import signal
import sys
from hmac import compare_digest
from typing import Any

from nameko.extensions import DependencyProvider
from nameko.rpc import RpcProxy, rpc
from nameko.runners import ServiceRunner
from nameko.web.handlers import http
from sqlalchemy import Engine, create_engine, text
from werkzeug.wrappers import Request, Response

from console.machine.ports import LOOPBACK

WORKERS = 10
"""nameko's own default, on both sides; 64, as many as there are connections, answered no more requests."""

QUERY = text(
    "SELECT receipt, tenant, item_title, enterprise_masked, mode, query_code_digest, submitted_at,"
    " CAST(steps AS text) AS steps FROM tracking WHERE receipt = :receipt"
)


class Database(DependencyProvider):
    def setup(self) -> None:
        self._engine = create_engine(
            os.environ["DATABASE_URL"], pool_size=WORKERS, max_overflow=0, isolation_level="AUTOCOMMIT"
        )

    def get_dependency(self, worker_ctx: Any) -> Engine:
        return self._engine


class TrackingService:
    name = "stock_tracking"
    database = Database()

    @rpc
    def track(self, receipt: str, code: str) -> dict[str, Any] | None:
        with self.database.connect() as connection:
            row = connection.execute(QUERY, {"receipt": receipt}).first()
        digest = hashlib.sha256(f"{receipt}{code}".encode()).hexdigest()
        if row is None or not compare_digest(digest, row.query_code_digest):
            return None
        steps = sorted(json.loads(row.steps).values(), key=lambda step: step["at"])
        return {
            "receipt": row.receipt, "tenant": row.tenant, "item_title": row.item_title,
            "enterprise_masked": row.enterprise_masked, "mode": row.mode,
            "submitted_at": row.submitted_at.isoformat(), "steps": steps, "as_of": steps[-1]["at"],
        }  # fmt: skip

    @rpc
    def ready(self) -> bool:
        return True


class TrackingGateway:
    name = "stock_gateway"
    tracking = RpcProxy("stock_tracking")

    @http("GET", "/track/<string:receipt>")
    def track(self, request: Request, receipt: str) -> Response:
        case = self.tracking.track(receipt, request.args.get("code", ""))
        if case is None:
            return Response("{}", 404, mimetype="application/json")
        return Response(json.dumps(case, ensure_ascii=False), mimetype="application/json")

    @http("GET", "/ready")
    def ready(self, request: Request) -> Response:
        return Response(json.dumps(self.tracking.ready()), mimetype="application/json")


def main(which: str, port: int) -> None:
    runner = ServiceRunner(
        {"AMQP_URI": os.environ["AMQP_URL"], "WEB_SERVER_ADDRESS": f"{LOOPBACK}:{port}", "max_workers": WORKERS}
    )
    runner.add_service({"gateway": TrackingGateway, "service": TrackingService}[which])
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    runner.wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
