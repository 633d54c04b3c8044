"""Credit codes that fail their own check and are real: asked for by one person, admitted by another."""

from __future__ import annotations

from alembic import op

revision = "catalog_0013"
down_revision = "catalog_0012"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE code_admission (
        {AGGREGATE}, uscc text NOT NULL, name text NOT NULL, wrong text NOT NULL, document text NOT NULL,
        document_number text NOT NULL, issuer text NOT NULL, issued_on date NOT NULL, sha256 text, reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('asked', 'admitted', 'declined')),
        asked_by text NOT NULL, asked_at timestamptz NOT NULL,
        decided_by text, decided_at timestamptz, answer text,
        PRIMARY KEY (tenant, id),
        CONSTRAINT code_admission_by_a_second_person CHECK (state <> 'admitted' OR decided_by <> asked_by),
        CONSTRAINT code_admission_decided_by_somebody CHECK (
            (state = 'asked') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)))
    """,
    "CREATE UNIQUE INDEX code_admission_asked_once ON code_admission (tenant, uscc) WHERE state = 'asked'",
    """
    CREATE TABLE admitted_credit_code (
        tenant text NOT NULL, uscc text NOT NULL, admission_id text NOT NULL, asked_by text NOT NULL,
        admitted_by text NOT NULL, admitted_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, uscc), FOREIGN KEY (tenant, admission_id) REFERENCES code_admission (tenant, id),
        CONSTRAINT admitted_credit_code_by_a_second_person CHECK (admitted_by <> asked_by))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("code_admission")
    tenant_table("admitted_credit_code")
    grant("code_admission", app="SELECT, INSERT, UPDATE")
    # By what an enterprise was registered stays as two persons have said it.
    grant("admitted_credit_code", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


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
