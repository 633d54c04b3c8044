"""What imports of enterprises and items need."""

from __future__ import annotations

from alembic import op

revision = "catalog_0004"
down_revision = "catalog_0003"
branch_labels = None
depends_on = None

# A foreign key is looked up row by row: for an import of nine facts an enterprise a quarter of all that the database
# had to do. The same promise is kept statement by statement; enterprises are never deleted (nobody may).
FACTS_OF_A_FILE = (
    "ALTER TABLE enterprise_fact DROP CONSTRAINT enterprise_fact_tenant_enterprise_id_fkey",
    """
    CREATE FUNCTION enterprise_fact_of_a_file() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT tenant, enterprise_id FROM added) a
            WHERE NOT EXISTS (SELECT FROM enterprise e WHERE (e.tenant, e.id) = (a.tenant, a.enterprise_id)))
        THEN
            RAISE foreign_key_violation USING
                MESSAGE = 'a fact of an enterprise that is not there', CONSTRAINT = 'enterprise_fact_of_a_file';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER enterprise_fact_of_a_file AFTER INSERT ON enterprise_fact
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION enterprise_fact_of_a_file()
    """,
)


def upgrade() -> None:
    for statement in FACTS_OF_A_FILE:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")
