"""Outside figures that rules rest on: entered, withdrawn, never changed."""

from __future__ import annotations

from alembic import op

revision = "catalog_0009"
down_revision = "catalog_0008"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Published figures are public data, like the items that rest on them: no row security.
    f"""
    CREATE TABLE outside_figure (
        {AGGREGATE}, name text NOT NULL, key text, value text NOT NULL, unit text NOT NULL,
        period text, valid_from date, valid_until date, source text NOT NULL, as_of date NOT NULL,
        department text, recorded_by text NOT NULL, recorded_at timestamptz NOT NULL,
        withdrawn_by text, withdrawn_at timestamptz, withdrawn_why text,
        PRIMARY KEY (tenant, id),
        CONSTRAINT outside_figure_is_of_a_time CHECK (
            (period IS NULL) = (valid_from IS NOT NULL OR valid_until IS NOT NULL)),
        CONSTRAINT outside_figure_withdrawn_by_somebody CHECK (
            (withdrawn_by IS NULL) = (withdrawn_at IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL)))
    """,
    """
    CREATE UNIQUE INDEX outside_figure_stands_once
        ON outside_figure (tenant, name, key, period, valid_from, valid_until, value, unit, source, as_of)
        NULLS NOT DISTINCT WHERE withdrawn_at IS NULL
    """,
    "CREATE INDEX outside_figure_by_entry ON outside_figure (id)",
    # Matching follows figures as it follows files and items.
    *(
        f"""
        CREATE TRIGGER outside_figure_matched_anew_{event.lower()} AFTER {event} ON outside_figure
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_match_change()
        """
        for event in ("INSERT", "UPDATE")
    ),
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    grant("outside_figure", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
