"""What somebody said of an enterprise at once is one row, however many facts it is."""

from __future__ import annotations

from alembic import op

revision = "catalog_0010"
down_revision = "catalog_0009"
branch_labels = None
depends_on = None

# A row and two index entries for each fact were two fifths of what an import cost the database: twelve facts an
# enterprise repeat tenant, file, source and date twelve times. Said once, a file's facts are 0.8 KB.
TELLING = (
    """
    CREATE TABLE enterprise_telling (
        tenant text NOT NULL, enterprise_id text NOT NULL, version integer NOT NULL, first integer NOT NULL,
        source text NOT NULL, source_kind text, as_of date NOT NULL, valid_until date, facts jsonb NOT NULL,
        recorded_by text NOT NULL, recorded_at timestamptz NOT NULL, recorded_for text, moved_from text,
        PRIMARY KEY (tenant, enterprise_id, version, first),
        CONSTRAINT enterprise_telling_of_some CHECK (jsonb_array_length(facts) > 0))
    """,
    # Facts of one version that follow each other, with the same source and dates, were told together.
    """
    INSERT INTO enterprise_telling
    SELECT tenant, enterprise_id, version, min(ordinal), source, source_kind, as_of, valid_until,
        jsonb_agg(jsonb_build_array(name, kind, value, unit, period) ORDER BY ordinal),
        recorded_by, recorded_at, recorded_for, moved_from
    FROM (
        SELECT *, ordinal - row_number() OVER (
            PARTITION BY tenant, enterprise_id, version, source, source_kind, as_of, valid_until, recorded_by,
                recorded_at, recorded_for, moved_from ORDER BY ordinal) AS run
        FROM enterprise_fact) AS fact
    GROUP BY tenant, enterprise_id, version, source, source_kind, as_of, valid_until, recorded_by, recorded_at,
        recorded_for, moved_from, run
    """,
)

VIEWS = (
    # With it goes the view of what counts, and that withdrawals refer to it; both are made anew below.
    "DROP TABLE enterprise_fact CASCADE",
    """
    CREATE VIEW enterprise_fact WITH (security_invoker = true) AS
        SELECT tenant, enterprise_id, version, first + CAST(place AS integer) - 1 AS ordinal, said ->> 0 AS name,
            said ->> 1 AS kind, said -> 2 AS value, said ->> 3 AS unit, said ->> 4 AS period,
            source, source_kind, as_of, valid_until, recorded_by, recorded_at, recorded_for, moved_from
        FROM enterprise_telling, jsonb_array_elements(facts) WITH ORDINALITY AS fact (said, place)
    """,
    """
    CREATE VIEW enterprise_fact_current WITH (security_invoker = true) AS
        SELECT DISTINCT ON (tenant, enterprise_id, name, period) * FROM enterprise_fact f
        WHERE NOT EXISTS (
            SELECT FROM enterprise_fact_withdrawal w
            WHERE (w.tenant, w.enterprise_id, w.version, w.ordinal)
                = (f.tenant, f.enterprise_id, f.version, f.ordinal))
        ORDER BY tenant, enterprise_id, name, period, as_of DESC, version DESC, ordinal DESC
    """,
    # The former version of the catalogue may still run beside this one for a while: it writes fact by fact.
    """
    CREATE FUNCTION enterprise_fact_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO enterprise_telling VALUES (NEW.tenant, NEW.enterprise_id, NEW.version, NEW.ordinal, NEW.source,
            NEW.source_kind, NEW.as_of, NEW.valid_until,
            jsonb_build_array(jsonb_build_array(NEW.name, NEW.kind, NEW.value, NEW.unit, NEW.period)),
            NEW.recorded_by, NEW.recorded_at, NEW.recorded_for, NEW.moved_from);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER enterprise_fact_told INSTEAD OF INSERT ON enterprise_fact
        FOR EACH ROW EXECUTE FUNCTION enterprise_fact_told()
    """,
)

PROMISES = (
    # A plan that reads everything, made when there were a few firms, would be kept for a city.
    "ALTER FUNCTION enterprise_fact_of_a_file() SET enable_seqscan = off",
    """
    CREATE TRIGGER enterprise_fact_of_a_file AFTER INSERT ON enterprise_telling
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION enterprise_fact_of_a_file()
    """,
    """
    CREATE FUNCTION enterprise_fact_withdrawal_of_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM enterprise_telling t
            WHERE (t.tenant, t.enterprise_id, t.version) = (NEW.tenant, NEW.enterprise_id, NEW.version)
                AND NEW.ordinal >= t.first AND NEW.ordinal < t.first + jsonb_array_length(t.facts))
        THEN
            RAISE foreign_key_violation USING
                MESSAGE = 'a withdrawal of a fact that is not there',
                CONSTRAINT = 'enterprise_fact_withdrawal_of_a_fact';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER enterprise_fact_withdrawal_of_a_fact BEFORE INSERT ON enterprise_fact_withdrawal
        FOR EACH ROW EXECUTE FUNCTION enterprise_fact_withdrawal_of_a_fact()
    """,
    # What a version has added and taken back is sealed with it, and kept here no longer: the former version still
    # writes it.
    """
    ALTER TABLE enterprise
        ALTER COLUMN recorded SET DEFAULT '[]', ALTER COLUMN withdrawn SET DEFAULT '[]'
    """,
)


def upgrade() -> None:
    for statement in (*TELLING, *VIEWS, *PROMISES):
        op.execute(statement)
    tenant_table("enterprise_telling")
    # What was said is never changed or taken back: a correction is said later.
    grant("enterprise_telling", app="SELECT, INSERT")
    grant("enterprise_fact", app="SELECT, INSERT")
    grant("enterprise_fact_current", app="SELECT")


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
