"""Settings of one process, read once from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from chassis.foundation.broker_tls import CA_FILE
from chassis.foundation.keyring import KeyRing
from chassis.foundation.secrecy import Cipher, KeyUnusable
from contracts.typed import is_digits

ROLES = ("rpc", "events", "relay", "timers")


class SettingMissing(Exception):
    """A setting that this process cannot do without is absent, or what is given will not do; the message names it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """For how many whole months after its end a month of the frame's rows is kept (chassis/keeping).

    Events go from the outbox into the event log and audit facts into their archive; inbox rows and the results of commands
    are dropped: an old event is refused by its position, and no retry comes after a month.
    """

    outbox: int = 1
    event_log: int = 120
    inbox: int = 1
    results: int = 1
    audit: int = 3

    @staticmethod
    def from_env(env: Mapping[str, str]) -> Terms:
        """Raises SettingMissing for what is no number of months from 1 on."""
        given = {}
        for name in (each.name for each in fields(Terms)):
            variable = f"ZHIDA_KEEP_{name.upper()}_MONTHS"
            value = env.get(variable)
            if value:
                if not is_digits(value, 4) or not 1 <= int(value) <= 1200:
                    raise SettingMissing(f"{variable}={value} 不是 1 到 1200 的月数 (not a number of months)")
                given[name] = int(value)
        return Terms(**given)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how much this process may take. Times are seconds.

    `rpc_workers` commands and `readers` questions are carried out at once, each with a connection of its own.
    `question_seconds` is what a question may take: a second less than the gateway waits for the answer.
    """

    service: str
    database_url: str
    frame_database_url: str
    amqp_url: str
    cipher: Cipher
    roles: tuple[str, ...] = ROLES
    health_host: str = "127.0.0.1"
    health_port: int = 0
    otlp_endpoint: str | None = None
    rpc_workers: int = 12
    readers: int = 12
    question_seconds: float = 4.0
    event_batch: int = 200
    event_prefetch: int = 400
    relay_poll: float = 0.2
    max_attempts: int = 8
    terms: Terms = Terms()

    @staticmethod
    def from_env(service: str, env: Mapping[str, str] = os.environ) -> Settings:
        """Raises SettingMissing, naming every absent variable at once, or every key that is absent or not for it."""
        needed = ("DATABASE_URL", "FRAME_DATABASE_URL", "AMQP_URL")
        missing = [name for name in needed if not env.get(name)]
        if missing:
            raise SettingMissing(f"缺少环境变量：{', '.join(missing)} (missing settings)")
        roles = tuple(part.strip() for part in env.get("ZHIDA_ROLES", ",".join(ROLES)).split(",") if part.strip())
        if not roles:
            raise SettingMissing("ZHIDA_ROLES 为空：至少指定一个角色 (no role)")
        unknown = set(roles) - set(ROLES)
        if unknown:
            raise SettingMissing(f"ZHIDA_ROLES 含未知角色：{', '.join(sorted(unknown))} (unknown roles)")
        authority = env.get(CA_FILE)
        if authority and not os.access(authority, os.R_OK):
            raise SettingMissing(f"{CA_FILE}={authority} 无法读取 (cannot be read)")
        try:
            cipher = KeyRing.from_env(service, env)
        except KeyUnusable as error:
            raise SettingMissing(str(error)) from error
        return Settings(
            service=service,
            database_url=env["DATABASE_URL"],
            frame_database_url=env["FRAME_DATABASE_URL"],
            amqp_url=env["AMQP_URL"],
            cipher=cipher,
            roles=roles,
            health_host=env.get("HEALTH_HOST", "127.0.0.1"),
            health_port=int(env.get("HEALTH_PORT", "0")),
            otlp_endpoint=env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
            rpc_workers=int(env.get("ZHIDA_RPC_WORKERS", "12")),
            readers=int(env.get("ZHIDA_READERS", "12")),
            question_seconds=float(env.get("ZHIDA_QUESTION_SECONDS", "4")),
            event_batch=int(env.get("ZHIDA_EVENT_BATCH", "200")),
            event_prefetch=int(env.get("ZHIDA_EVENT_PREFETCH", "400")),
            terms=Terms.from_env(env),
        )
