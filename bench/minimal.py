"""What the gateway is measured beside: `python -m bench.minimal bare|minimal PORT`, each one uvicorn process.

`bare` answers a route with a constant. `minimal` is as little as takes an application and keeps it: the body is
validated, one row is inserted and committed (SQLAlchemy, psycopg 3, in the thread pool), a receipt is answered.
It has no sign-in, no idempotency, no rules, no events, no audit, no traces. DATABASE_URL names its database.
"""

from __future__ import annotations

import os
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import JSON, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from console.machine.ports import LOOPBACK

THREADS = 40
"""As many connections as the thread pool has threads, so that none waits for one."""


class Table(DeclarativeBase):
    type_annotation_map = {list[dict[str, Any]]: JSON, list[str]: JSON}


class Filed(Table):
    """One application."""

    __tablename__ = "application"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    item_id: Mapped[str]
    declared_facts: Mapped[list[dict[str, Any]]]
    commitments: Mapped[list[str]]
    submitted_at: Mapped[datetime]


class Application(BaseModel):
    """The body that our own submit takes, as a dictionary of facts."""

    item_id: str
    declared_facts: list[dict[str, Any]]
    commitments: list[str]


def bare() -> FastAPI:
    app = FastAPI()

    @app.get("/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    return app


def minimal() -> FastAPI:
    app = FastAPI()
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=THREADS, max_overflow=0)
    Table.metadata.create_all(engine)

    @app.get("/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/applications", status_code=201)
    def submit(body: Application) -> dict[str, str]:
        with Session(engine) as session:
            filed = Filed(**body.model_dump(), submitted_at=datetime.now(UTC).replace(tzinfo=None))
            session.add(filed)
            session.commit()
            return {"receipt": str(filed.id)}

    return app


if __name__ == "__main__":
    app = {"bare": bare, "minimal": minimal}[sys.argv[1]]()
    uvicorn.run(
        app,
        host=LOOPBACK,
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
