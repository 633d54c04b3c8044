"""How many cases there are is kept as they come and are decided: by department, item and state.

Kept by triggers and not by today's code: the former version opens and decides cases beside this one during an upgrade.
What changes is only added, so that nobody who opens or decides a case waits for another who does; now and then whoever adds
something puts together what has been added before. The service reads and may not write.
"""

from __future__ import annotations

from alembic import op

revision = "review_0009"
down_revision = "review_0008"
branch_labels = None
depends_on = None

KEY = "tenant, department, department_id, item_id, state"
TABLES = (
    f"""
    CREATE TABLE case_count (
        tenant text NOT NULL, department text NOT NULL, department_id text, item_id text NOT NULL, state text NOT NULL,
        cases bigint NOT NULL, CONSTRAINT case_count_once UNIQUE NULLS NOT DISTINCT ({KEY}))
    """,
    """
    CREATE TABLE case_count_change (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, department text NOT NULL,
        department_id text, item_id text NOT NULL, state text NOT NULL, cases bigint NOT NULL)
    """,
    "CREATE INDEX case_count_change_of_tenant ON case_count_change (tenant, position)",
)

# One of 64 puts together. Whoever finds somebody at it leaves it to them: nothing is missing, a sum has some more parts.
PUT_TOGETHER = f"""
CREATE FUNCTION put_case_counts_together(of_tenant text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtextextended(of_tenant, 7205)) THEN
        WITH taken AS (DELETE FROM case_count_change WHERE tenant = of_tenant RETURNING {KEY}, cases)
        INSERT INTO case_count ({KEY}, cases) SELECT {KEY}, sum(cases) FROM taken GROUP BY {KEY}
        ON CONFLICT ON CONSTRAINT case_count_once DO UPDATE SET cases = case_count.cases + EXCLUDED.cases;
    END IF;
END $$
"""
COUNTED = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO case_count_change ({key}, cases) SELECT {key}, sum(n) FROM ({changes}) c GROUP BY {key} HAVING sum(n) <> 0;
    IF FOUND AND random() < 1.0 / 64 THEN
        PERFORM put_case_counts_together(tenant) FROM (SELECT DISTINCT tenant FROM added) t;
    END IF;
    RETURN NULL;
END $$
"""
NEW, OLD = f"SELECT {KEY}, 1 AS n FROM added", f"SELECT {KEY}, -1 FROM former"
TRIGGERS = (
    PUT_TOGETHER,
    COUNTED.format(name="count_new_cases", key=KEY, changes=NEW),
    COUNTED.format(name="count_moved_cases", key=KEY, changes=f"{NEW} UNION ALL {OLD}"),
    """
    CREATE TRIGGER review_case_counted AFTER INSERT ON review_case
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_new_cases()
    """,
    """
    CREATE TRIGGER review_case_counted_anew AFTER UPDATE ON review_case
        REFERENCING OLD TABLE AS former NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_moved_cases()
    """,
)


def upgrade() -> None:
    # Whoever opens or decides a case waits from here on until all there are have been counted: about a second a million.
    for statement in (*TABLES, *TRIGGERS):
        op.execute(statement)
    op.execute("REVOKE EXECUTE ON FUNCTION put_case_counts_together(text) FROM PUBLIC")
    op.execute(f"INSERT INTO case_count ({KEY}, cases) SELECT {KEY}, count(*) FROM review_case GROUP BY {KEY}")
    for table in ("case_count", "case_count_change"):
        tenant_table(table)
        grant(table, app="SELECT")


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
