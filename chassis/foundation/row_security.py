"""Tables of tenants: what the planner is told of them, said once here and restated after every migration.

Migrations copy a policy into each table that they make and are frozen. What a policy shows has never changed; how it is
written decides which plans the server makes (docs/decisions/0013): written with `=`, the planner takes it for a second
condition beside the statement's own `tenant = …`, believes that next to nothing is left, and walks whichever index begins with
the tenant. Written with an operator of our own, which means the same and of which the planner knows that it leaves nearly
every row it is asked about, the statement's own conditions alone decide.

A policy guards and finds nothing: **every statement names the tenants whose rows it wants.**

A plan that is made once for all values is made for the average tenant, which has next to nothing where one has six rows of ten
and a thousand have the rest: walking through all it has seems as cheap as finding one row. So the planner is told that a tenant
has half of the table. For one that has less, such a plan is as good: all indexes begin with the tenant.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

OPERATOR = """
    DO $$ BEGIN
        IF to_regoperator('public.===(text, text)') IS NULL THEN
            CREATE OPERATOR public.=== (
                LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.texteq, RESTRICT = pg_catalog.neqsel);
        END IF;
    END $$
"""

FORMER = text(
    "SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
    " AND position('zhida.tenants' IN concat(qual, with_check)) > 0 AND position(' = ANY ' IN concat(qual, with_check)) > 0"
    " ORDER BY tablename, policyname"
)


UNTOLD = text(
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND (c.relrowsecurity OR c.relispartition)"
    " AND coalesce('n_distinct=2' <> ALL (a.attoptions), true) ORDER BY c.relname"
)


def restate(connection: Connection) -> None:
    """Bring the policies of every table that stands here to the form above, in the owner's open transaction, and tell the
    planner how much a tenant has (it knows from the next ANALYZE on, which the server makes by itself).

    Changes nothing where it has been done. It takes each table for a moment, as other migrations do.
    """
    connection.execute(text(OPERATOR))
    for table, policy, shown, written in connection.execute(FORMER).all():
        said = "".join(
            f" {clause} ({condition.replace(' = ANY ', ' OPERATOR(public.===) ANY ')})"
            for clause, condition in (("USING", shown), ("WITH CHECK", written))
            if condition is not None
        )
        connection.exec_driver_sql(f'ALTER POLICY "{policy}" ON "{table}"{said}')
    for (table,) in connection.execute(UNTOLD).all():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN tenant SET (n_distinct = 2)')
