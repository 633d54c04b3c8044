"""Whose fact it is, is found by the primary key whenever the plan was made: statistics have no say in it."""

from __future__ import annotations

from alembic import op

revision = "catalog_0017"
down_revision = "catalog_0016"
branch_labels = None
depends_on = None

# Without statistics, any index that begins with the tenant still seemed as good as the primary key (0007): a connection
# that had planned so among a few hundred enterprises read the whole city for each line of an import. Asked for the first
# id from this one to this one, only the primary key answers without sorting.
FACTS_OF_A_FILE = """
CREATE OR REPLACE FUNCTION enterprise_fact_of_a_file() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_sort = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT tenant, enterprise_id FROM added) a
        WHERE (
            SELECT e.id FROM enterprise e
            WHERE e.tenant = a.tenant AND e.id BETWEEN a.enterprise_id AND a.enterprise_id ORDER BY e.id LIMIT 1) IS NULL)
    THEN
        RAISE foreign_key_violation USING
            MESSAGE = 'a fact of an enterprise that is not there', CONSTRAINT = 'enterprise_fact_of_a_file';
    END IF;
    RETURN NULL;
END $$
"""

# Its table has one index; a plan made while there was little would read all of it, and would be kept.
WITHDRAWAL_OF_A_FACT = "ALTER FUNCTION enterprise_fact_withdrawal_of_a_fact() SET enable_seqscan = off"


def upgrade() -> None:
    op.execute(FACTS_OF_A_FILE)
    op.execute(WITHDRAWAL_OF_A_FACT)


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")
