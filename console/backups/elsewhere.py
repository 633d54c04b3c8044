"""Databases that were restored by their administrators' own means: a base backup with its log, or dumps of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx
import psycopg

from chassis.events.topology import queues
from chassis.foundation.broker_tls import web_context
from console.backups.sorting_out import SortedOut, sort_out
from console.place import database_names
from console.refusal import CommandRefusal
from console.servers.postgres import PostgresAdmin
from console.servers.provision import database_of

DATABASE, BROKER = "ADMIN_DATABASE_URL", "BROKER_ADMIN_URL"
TIMEOUT_S = 60.0

BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = ANY (%s) AND pid <> pg_backend_pid()"


def sort_out_elsewhere(environ: Mapping[str, str]) -> SortedOut:
    """The same as after `./zhida restore`, for the server and the broker that the environment names. They are migrated.

    Refuses missing settings, and databases that somebody works on.
    """
    if missing := [name for name in (DATABASE, BROKER) if not environ.get(name)]:
        raise CommandRefusal(f"缺少环境变量:{'、'.join(missing)}", f"Settings are missing: {', '.join(missing)}")
    admin = PostgresAdmin.from_url(environ[DATABASE], Path("/"))
    databases = {name: database_of(name) for name in database_names()}
    try:
        with psycopg.connect(admin.dsn) as connection:
            row = connection.execute(BUSY, [list(databases.values())]).fetchone()
        if row is not None and row[0]:
            raise CommandRefusal(
                f"还有 {row[0]} 个连接在用这些数据库;请先停止全部进程。",
                "The databases are in use; stop every process first.",
            )
        empty_queues(environ)
        return sort_out({name: admin.dsn_of(database) for name, database in databases.items()})
    except psycopg.Error as error:
        raise CommandRefusal(f"数据库无法使用:{error}", f"The databases cannot be used: {error}") from error


def empty_queues(environ: Mapping[str, str]) -> None:
    """By the broker's management plugin. Refuses with what it said."""
    admin = urlsplit(environ[BROKER])
    vhost = quote(unquote(admin.path.removeprefix("/")), safe="")
    base = admin._replace(netloc=admin.netloc.rpartition("@")[2], path="").geturl()
    login = (unquote(admin.username or ""), unquote(admin.password or ""))
    try:
        with httpx.Client(auth=login, timeout=TIMEOUT_S, trust_env=False, verify=web_context(environ)) as client:
            for queue in queues():
                answer = client.delete(f"{base}/api/queues/{vhost}/{quote(queue, safe='')}/contents")
                if not answer.is_success and answer.status_code != httpx.codes.NOT_FOUND:
                    raise CommandRefusal(
                        f"消息服务没有清空队列 {queue}({answer.status_code}):{answer.text[:300]}",
                        f"The broker did not empty {queue}.",
                    )
    except (httpx.HTTPError, OSError) as error:
        raise CommandRefusal(f"消息服务的管理接口无法访问:{error}", f"The broker was not reached: {error}") from error
