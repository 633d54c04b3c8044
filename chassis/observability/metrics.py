"""What a process counts, in one registry, read at /metrics. Labels hold names from code, never ids."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
"""From a tracking read to an abandoned call."""

COMMANDS = Counter(
    "zhida_commands",
    "Commands answered; outcome is ok, refused, fault or abandoned (not begun: nobody waited any more).",
    ("service", "name", "outcome"),
    registry=REGISTRY,
)
COMMAND_SECONDS = Histogram(
    "zhida_command_seconds",
    "From the start of a command to its answer, commit included.",
    ("service", "name"),
    buckets=SECONDS,
    registry=REGISTRY,
)
QUERIES = Counter(
    "zhida_queries",
    "Questions answered; outcome is ok, refused, fault, too_slow (stopped), busy (no place) or abandoned.",
    ("service", "name", "outcome"),
    registry=REGISTRY,
)
QUERY_SECONDS = Histogram(
    "zhida_query_seconds",
    "From the start of a question to its answer.",
    ("service", "name"),
    buckets=SECONDS,
    registry=REGISTRY,
)
CALLS_RUNNING = Gauge(
    "zhida_calls_running",
    "Calls that are being carried out; lane is commands or questions.",
    ("service", "lane"),
    registry=REGISTRY,
)
CALLS_WAITING = Gauge(
    "zhida_calls_waiting",
    "Calls that were fetched and wait for a place; lane is commands or questions.",
    ("service", "lane"),
    registry=REGISTRY,
)
EVENTS_HANDLED = Counter(
    "zhida_events_handled",
    "Events taken from the queue; outcome is applied, duplicate, stale or parked_CAUSE.",
    ("service", "outcome"),
    registry=REGISTRY,
)
HANDLER_SECONDS = Histogram(
    "zhida_handler_seconds",
    "From a batch taken from the queue to its commit, all handlers of the batch together.",
    ("service",),
    buckets=SECONDS,
    registry=REGISTRY,
)
BATCH_SIZE = Histogram(
    "zhida_batch_size",
    "Events in one batch.",
    ("service",),
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 400),
    registry=REGISTRY,
)
PARKED = Gauge(
    "zhida_parked",
    "Events set aside now; state is waiting (tried again by itself) or dead (an operator decides).",
    ("state",),
    registry=REGISTRY,
)
DEAD = Counter(
    "zhida_events_dead",
    "Events given up after the last attempt.",
    ("service",),
    registry=REGISTRY,
)
QUARANTINED = Counter(
    "zhida_messages_quarantined",
    "Messages that could not be decoded.",
    ("queue",),
    registry=REGISTRY,
)
LOOP_PROGRESS_SECONDS = Gauge(
    "zhida_loop_seconds_without_progress",
    "Since a loop last turned or its handler said that it goes on. High is slow or stuck; the process lives on.",
    ("service", "loop"),
    registry=REGISTRY,
)
LOOP_IN_HAND_SECONDS = Gauge(
    "zhida_loop_seconds_in_hand",
    "How long a loop's handler has worked at what it holds; 0 when it holds nothing.",
    ("service", "loop"),
    registry=REGISTRY,
)
JOBS_SET_ASIDE = Counter(
    "zhida_jobs_set_aside",
    "Due jobs that are tried no more: the processes that held them ended again and again. An operator decides.",
    ("kind",),
    registry=REGISTRY,
)
OUTBOX_PENDING = Gauge("zhida_outbox_pending", "Events committed and not yet published.", registry=REGISTRY)
OUTBOX_OLDEST_SECONDS = Gauge(
    "zhida_outbox_oldest_seconds", "Age of the oldest event not yet published.", registry=REGISTRY
)
RELAY_PUBLISHED = Counter("zhida_relay_published", "Events that the broker confirmed.", registry=REGISTRY)
SLA_ALARMS = Counter(
    "zhida_sla_alarms",
    "Alarms claimed; level is the percent of the limit that was used: 50, 80, or 100 for a breach.",
    ("subject_type", "clock", "level"),
    registry=REGISTRY,
)
CHECK_DISPATCHES = Counter(
    "zhida_check_dispatches",
    "Joint checks at departments' own systems that are over; outcome is what was said, or why a person answers instead.",
    ("outcome",),
    registry=REGISTRY,
)
CALENDARS_MISSING = Gauge(
    "zhida_calendars_missing",
    "Years that deadlines of some tenant wait for, counted by tenant and clock; 0 when all that is needed is loaded.",
    registry=REGISTRY,
)
TABLE_BYTES = Gauge(
    "zhida_table_bytes",
    "Bytes on disk, indexes included; table is one that the frame keeps by months, what these leave behind, or business.",
    ("table",),
    registry=REGISTRY,
)
TABLE_ROWS = Gauge(
    "zhida_table_rows",
    "Rows, as the database server estimates them.",
    ("table",),
    registry=REGISTRY,
)
AGGREGATES_HEARD = Gauge(
    "zhida_aggregates_heard",
    "Aggregates of which at least one event was handled, by type. The bytes of all databases divided by oversight's cases"
    " are the bytes per case.",
    ("aggregate_type",),
    registry=REGISTRY,
)
MONTHS_OVERDUE = Gauge(
    "zhida_months_overdue",
    "Months of a table that should have been archived and dropped and could not be.",
    ("table",),
    registry=REGISTRY,
)
ROWS_WITHOUT_MONTH = Gauge(
    "zhida_rows_without_month",
    "Rows in a table's default part: their month was not there. Nothing is lost; the next turn makes the month.",
    ("table",),
    registry=REGISTRY,
)
REPLAY_REMAINING = Gauge(
    "zhida_replay_remaining",
    "Positions of the outbox that a consumer is still to be told of aggregate types that it newly hears.",
    ("consumer",),
    registry=REGISTRY,
)
