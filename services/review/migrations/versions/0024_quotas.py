"""Places of quotas that claims have taken, and batches in which claims are ranked or share a pot.

Places and lines are only ever added; of a place it changes whether it counts.
"""

from __future__ import annotations

from alembic import op

revision = "review_0024"
down_revision = "review_0023"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE quota_batch (
        {AGGREGATE}, item_id text NOT NULL, family text NOT NULL, item_title text NOT NULL, item_version integer NOT NULL,
        department text NOT NULL, department_id text, number integer NOT NULL CHECK (number BETWEEN 0 AND 9),
        quota jsonb NOT NULL, name text NOT NULL, until date NOT NULL, used numeric(30, 6) NOT NULL,
        places_taken integer NOT NULL, before_zh text NOT NULL, claims integer NOT NULL, served integer NOT NULL,
        allotted_fen bigint NOT NULL CHECK (allotted_fen >= 0), drawn_by text NOT NULL, drawn_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('drawn', 'proposed', 'fixed', 'declined')),
        proposed_by text NOT NULL, proposed_at timestamptz NOT NULL, decided_by text, decided_at timestamptz, answer text,
        PRIMARY KEY (tenant, id),
        CONSTRAINT quota_batch_fixed_by_a_second CHECK (
            state <> 'fixed' OR (decided_by IS NOT NULL AND decided_by <> proposed_by AND decided_by <> drawn_by)))
    """,
    "CREATE INDEX quota_batch_by_time ON quota_batch (tenant, drawn_at DESC, id DESC)",
    """
    CREATE TABLE quota_batch_line (
        tenant text NOT NULL, batch_id text NOT NULL, line integer NOT NULL CHECK (line > 0), case_id text NOT NULL,
        receipt text NOT NULL, enterprise_name text NOT NULL, filed_at timestamptz NOT NULL, amount_fen bigint,
        takes numeric(30, 6) NOT NULL, place integer, allotted_fen bigint NOT NULL CHECK (allotted_fen >= 0),
        outcome text NOT NULL CHECK (outcome IN ('served', 'reduced', 'not_served', 'undetermined', 'not_ready')),
        reason text NOT NULL, tied_with integer NOT NULL, not_ready_zh text NOT NULL, mark text NOT NULL,
        PRIMARY KEY (tenant, batch_id, line), UNIQUE (tenant, batch_id, case_id),
        FOREIGN KEY (tenant, batch_id) REFERENCES quota_batch (tenant, id) DEFERRABLE INITIALLY DEFERRED)
    """,
    "CREATE INDEX quota_batch_line_of_case ON quota_batch_line (case_id)",
    """
    CREATE TABLE quota_use (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, family text NOT NULL,
        number integer NOT NULL CHECK (number BETWEEN 0 AND 9), case_id text NOT NULL, filed_at timestamptz NOT NULL,
        fen bigint NOT NULL CHECK (fen >= 0), takes numeric(30, 6) NOT NULL CHECK (takes >= 0),
        state text NOT NULL CHECK (state IN ('allotted', 'held', 'short', 'freed')), batch_id text,
        recorded_at timestamptz NOT NULL)
    """,
    "CREATE INDEX quota_use_of_quota ON quota_use (tenant, family, number, state)",
    # A case has one place of a quota at a time.
    """
    CREATE UNIQUE INDEX quota_use_once ON quota_use (tenant, case_id, number) WHERE state IN ('allotted', 'held', 'short')
    """,
    """
    CREATE INDEX review_case_open_of_item ON review_case (tenant, item_id, id) WHERE state IN ('received', 'accepted')
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("quota_batch", "quota_batch_line", "quota_use"):
        tenant_table(table)
    grant("quota_batch", app="SELECT, INSERT, UPDATE")
    grant("quota_batch_line", app="SELECT, INSERT")
    grant("quota_use", app="SELECT, INSERT, UPDATE (state)")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def tenant_table(table: str) -> None:
    """Row-level security by tenant, for everybody including the owner."""
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
