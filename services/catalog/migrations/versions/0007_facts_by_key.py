"""The promise that a fact belongs to an enterprise is kept by key, however many enterprises there are."""

from __future__ import annotations

from alembic import op

revision = "catalog_0007"
down_revision = "catalog_0006"
branch_labels = None
depends_on = None

# As a join the planner reads every enterprise for each statement once the table is large: an import fell from 1,400
# lines a second to 200. A scalar question about each row cannot become a join. It is asked as the owner: under row
# security, and as long as the table has no statistics, any index that begins with the tenant seems as good as the
# primary key, and a connection that has planned so reads the whole city for each enterprise (a third of the speed
# after 4,000 lines, a seventh after 10,000). Nobody sees more by it: the tenant is the fact's own.
FACTS_OF_A_FILE = """
CREATE OR REPLACE FUNCTION enterprise_fact_of_a_file() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT tenant, enterprise_id FROM added) a
        WHERE (SELECT e.id FROM enterprise e WHERE e.tenant = a.tenant AND e.id = a.enterprise_id) IS NULL)
    THEN
        RAISE foreign_key_violation USING
            MESSAGE = 'a fact of an enterprise that is not there', CONSTRAINT = 'enterprise_fact_of_a_file';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(FACTS_OF_A_FILE)


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")
