"""A tenant cannot be forgotten: asked of the migrated database of every service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from chassis.edge.frame import Frame
from chassis.edge.rooms import service_class
from chassis.write.store import AggregateStore
from console.servers.provision import Dsns
from tests.architecture.source_tree import services

DATABASES = [*services(), "gateway"]

FRAME_TABLES = {
    "alembic_frame": "which migrations have run",
    "alembic_version": "which migrations have run",
    "tenant": "the registry of tenants itself, which is public",
    "calendar_year": "which version of a year's working days is known; they are public",
    "calendar_day": "working days are public; a tenant's own rows are looked up under its name",
    "quarantine": "what could not be decoded belongs to nobody yet; the service may only put things in",
    "verify_checkpoint": "how far the books were verified, by the operator's program alone: numbers and hashes",
    "audit_block": "hashes over all tenants' facts, without any content",
    "event_log": "compressed events of all tenants: only the frame's role may read them",
    "audit_archive": "compressed audit facts of all tenants: only the frame's role may read them",
    "hearing": "which service has been told what: no tenant's business",
}
PUBLIC_TABLES = {
    ("gateway", "credential_key"): "finds the tenant of a token, before a tenant is known: a digest and two ids",
    (
        "gateway",
        "account_login",
    ): "finds the account of what was typed, before a tenant is known: a digest and three ids",
    ("gateway", "invitation_key"): "finds the invitation behind a link, before a tenant is known: a digest and two ids",
    ("gateway", "session"): "a session is of a person, who may act in several tenants: found by the digest of its id",
    ("catalog", "policy_item"): "published policies are public; under row security their indexes would lie idle",
    ("catalog", "label_rule"): "what a label means is public; a county's files show the city's labels",
    ("catalog", "policy_item_version"): "what was published stays public, in every version",
    ("catalog", "policy_document"): "only documents that have been issued are registered; counties cite the city's",
    ("catalog", "outside_figure"): "what others have published, which public items rest on; counties use the city's",
    ("intake", "outside_figure"): "copies of published figures, which are public",
    ("intake", "item_state"): "where published policies stand, which is public",
    ("catalog", "search_document"): "what published items are found by: public, and lying idle under row security",
    ("catalog", "catalogue_revision"): "how often what is public has changed",
    ("catalog", "synonym_list"): "what words mean in public searches is public; counties use the city's list",
    ("catalog", "synonym_list_version"): "the same, in every version",
    ("intake", "item_version"): "copies of published policies, which are public",
    (
        "review",
        "merged_enterprise",
    ): "three ids; a city's case is decided in the city, its enterprise has its files in a county",
    (
        "treasury",
        "bank_instruction",
    ): "whose an instruction is, before a tenant is known: the bank's list names nothing else",
    (
        "treasury",
        "bank_comparison",
    ): "how far the bank's book is compared after a restore, one for all tenants: two instants and a number",
    ("treasury", "bank_cursor"): "how far the bank's list is read, which is one for all tenants: a number",
    ("review", "dossier_code"): "a dossier's id and a public code, as merges: one person in law in whatever county",
    ("review", "case_claimant"): "ids and a public code: a city's case rests on a firm of a county",
    ("review", "moving_case"): "ids of cases, marked in the name of the county whose firm's facts have moved",
    (
        "review",
        "renamed_enterprise",
    ): "a public code and its registered name; a city decides on its counties' enterprises",
    ("review", "award_family"): "which code a published item has through all its versions, which is public",
    ("review", "award_lock"): "hashes alone, of whoever or whatever one transaction at a time decides about",
    ("review", "item_version"): "copies of published policies, which are public",
    **{
        (service, "known_department"): "names and telephones of authorities are public; counties name the city's"
        for service in ("catalog", "review", "treasury", "notify", "oversight")
    },
    **{
        (service, "known_plan_term"): "what words of public plans mean is public; counties inherit what the city says"
        for service in ("catalog", "review")
    },
}
"""Every table without row security, and why it has none."""

OF_ALL_TENANTS = [
    "idempotency_record",
    "outbox",
    "inbox",
    "position",
    "parked",
    "job",
    "alarm",
    "audit_fact",
    "audit_archived",
]
"""The frame's tables: relay, sweeper, sealer and verify see them whole, and nothing of the service's own."""

APPEND_ONLY = {
    "outbox",
    "idempotency_record",
    "audit_fact",
    "inbox",
    "alarm",
    "ledger_entry",
    "ledger_posting",
    "found_credit",
    "credit_question",
    "enterprise_fact_withdrawal",
    "enterprise_contact_change",
    "disclosure",
    "security_event",
    "notice_acceptance",
}
"""What the service may add to and never change or remove (the ledger is corrected by reversals)."""

UNPROTECTED = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
          SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname AND 'public' = ANY (p.roles)
          AND position('zhida.tenants' IN p.qual) > 0 AND position('zhida.tenants' IN p.with_check) > 0))
"""
OPEN_PARTS = """
    SELECT c.relname || ' to ' || r.rolname FROM pg_class c CROSS JOIN pg_roles r
    WHERE c.relispartition AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND r.rolname = ANY (%(roles)s) AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity
        OR has_table_privilege(r.rolname, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        OR has_any_column_privilege(r.rolname, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
    ORDER BY 1
"""
ARCHIVES = """
    SELECT c.relname FROM pg_class c WHERE c.relname IN ('event_log', 'audit_archive', 'hearing')
      AND has_table_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
"""
WAYS_AROUND = """
    SELECT tablename || ' to ' || array_to_string(roles, ',') FROM pg_policies
    WHERE position('zhida.tenants' IN coalesce(qual, with_check)) = 0
      AND NOT (roles = ARRAY[%(frame)s]::name[] AND tablename = ANY (%(tables)s))
    ORDER BY tablename
"""
CHANGEABLE = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (
        has_table_privilege(%(role)s, c.oid, 'UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(%(role)s, c.oid, 'UPDATE'))
"""
STRENGTHS = """
    SELECT 'superuser' FROM pg_roles WHERE rolname = %(role)s AND rolsuper
    UNION ALL SELECT 'exempt from row security' FROM pg_roles WHERE rolname = %(role)s AND rolbypassrls
    UNION ALL SELECT 'makes roles or databases' FROM pg_roles
        WHERE rolname = %(role)s AND (rolcreaterole OR rolcreatedb OR rolreplication)
    UNION ALL SELECT 'member of ' || r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
        WHERE m.member = %(role)s::regrole
    UNION ALL SELECT 'owns ' || classid::regclass || ' ' || objid FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = %(role)s::regrole AND deptype = 'o'
        AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    UNION ALL SELECT 'creates in schema public' WHERE has_schema_privilege(%(role)s, 'public', 'CREATE')
"""


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        yield connection


def unprotected(owner: psycopg.Connection) -> set[str]:
    """Tables whose rows are not bound to the tenants of the unit of work, for everybody and their owner too."""
    return {name for (name,) in owner.execute(UNPROTECTED)}


def ways_around(owner: psycopg.Connection, frame: str) -> list[str]:
    """Policies that show somebody rows of tenants that were not asked for, but for the frame's of its own tables."""
    return [what for (what,) in owner.execute(WAYS_AROUND, {"frame": frame, "tables": OF_ALL_TENANTS})]


def strengths(owner: psycopg.Connection, role: str) -> list[str]:
    """Everything that makes a role more than a guest in its database."""
    return [what for (what,) in owner.execute(STRENGTHS, {"role": role})]


def changeable(owner: psycopg.Connection, role: str) -> set[str]:
    """Tables whose rows the role may change or remove."""
    return {name for (name,) in owner.execute(CHANGEABLE, {"role": role})}


def open_parts(owner: psycopg.Connection, *roles: str) -> list[str]:
    """Months of a table that a role could reach by themselves, past the policies of their table."""
    return [what for (what,) in owner.execute(OPEN_PARTS, {"roles": list(roles)})]


@pytest.mark.parametrize("service", DATABASES)
def test_months_are_reached_through_their_table_alone(service: str, service_database: Callable[[str], Dsns]) -> None:
    with connected(service_database(service).owner) as owner:
        owner.execute("SELECT make_month('outbox', '2031-01-01'), make_month('audit_fact', '2031-01-01')")
        roles = (f"{service}_app", f"{service}_frame")
        assert open_parts(owner, *roles) == []
        assert owner.execute(ARCHIVES, {"role": roles[0]}).fetchall() == []
        for table in ("outbox_2031_01", "inbox_before", "audit_fact_default"):
            owner.execute(f"GRANT SELECT ON {table} TO {roles[0]}")  # type: ignore[arg-type]
        owner.execute(f"GRANT UPDATE (block) ON audit_fact_2031_01 TO {roles[1]}")  # type: ignore[arg-type]
        assert open_parts(owner, *roles) == sorted(
            [
                f"audit_fact_2031_01 to {roles[1]}",
                *(f"{table} to {roles[0]}" for table in ("audit_fact_default", "inbox_before", "outbox_2031_01")),
            ]
        )


@pytest.mark.parametrize("service", DATABASES)
def test_rows_belong_to_tenants(service: str, service_database: Callable[[str], Dsns]) -> None:
    with connected(service_database(service).owner) as owner:
        public = {table for home, table in PUBLIC_TABLES if home == service}
        assert unprotected(owner) == set(FRAME_TABLES) | public
        assert ways_around(owner, f"{service}_frame") == []
        for role in (f"{service}_app", f"{service}_frame"):
            assert strengths(owner, role) == []
        assert changeable(owner, f"{service}_app") & APPEND_ONLY == set()


def test_a_table_without_forced_row_security_is_found(service_database: Callable[[str], Dsns]) -> None:
    with connected(service_database("catalog").owner) as owner:
        owner.execute("CREATE TABLE bare (tenant text)")
        owner.execute("CREATE TABLE unforced (tenant text)")
        owner.execute("ALTER TABLE unforced ENABLE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY p ON unforced USING (tenant = current_setting('zhida.tenants'))")
        owner.execute("CREATE TABLE lax (tenant text)")
        owner.execute("ALTER TABLE lax ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE lax FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY p ON lax USING (true) WITH CHECK (true)")
        assert unprotected(owner) >= {"bare", "unforced", "lax"}


def test_a_way_around_row_security_is_found(service_database: Callable[[str], Dsns]) -> None:
    with connected(service_database("catalog").owner) as owner:
        owner.execute("CREATE POLICY all_enterprises ON enterprise TO catalog_frame USING (true)")
        owner.execute("CREATE POLICY all_words ON outbox TO catalog_app USING (true)")
        owner.execute("CREATE POLICY all_facts ON audit_fact FOR INSERT WITH CHECK (true)")
        assert ways_around(owner, "catalog_frame") == [
            "audit_fact to public",
            "enterprise to catalog_frame",
            "outbox to catalog_app",
        ]


def test_a_role_that_is_more_than_a_guest_is_found(service_database: Callable[[str], Dsns]) -> None:
    with connected(service_database("catalog").owner) as owner:
        found = strengths(owner, "catalog_owner")
        assert "exempt from row security" in found
        assert "creates in schema public" in found
        assert any(each.startswith("owns ") for each in found)
        owner.execute("GRANT UPDATE ON outbox TO catalog_app")
        owner.execute("GRANT UPDATE (result) ON idempotency_record TO catalog_app")
        assert changeable(owner, "catalog_app") >= {"outbox", "idempotency_record"}


FORMS = """
    SELECT tablename FROM pg_policies WHERE position('zhida.tenants' IN concat(qual, with_check)) > 0
      AND (position(' = ANY ' IN concat(qual, with_check)) > 0 OR position('=== ANY' IN concat(qual, with_check)) = 0
        AND position('OPERATOR(public.===) ANY' IN concat(qual, with_check)) = 0)
"""


@pytest.mark.parametrize("service", DATABASES)
def test_policies_leave_the_choice_of_a_plan_to_the_statement(
    service: str, service_database: Callable[[str], Dsns]
) -> None:
    with connected(service_database(service).owner) as owner:
        assert owner.execute(FORMS).fetchall() == []


PROTECTED = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND NOT c.relispartition ORDER BY 1
"""
STRICT = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c') AND conparentid = 0
    UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', a.attrelid::regclass, a.attname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attidentity = '' AND a.attgenerated = ''
      AND NOT EXISTS (SELECT FROM pg_index i
        JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
        WHERE i.indisprimary AND k.attname = a.attname
          AND (i.indrelid = c.oid OR i.indrelid IN (SELECT relid FROM pg_partition_tree(c.oid))))
    UNION ALL SELECT format('ALTER TABLE %s DISABLE TRIGGER USER', oid::regclass) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""
"""What would keep a nearly empty row out of a table, beside row security."""
KEY = """
    SELECT DISTINCT a.attname, format_type(a.atttypid, NULL) FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisprimary AND a.attidentity = '' AND a.attname <> 'tenant'
      AND (i.indrelid = %(table)s::regclass OR i.indrelid IN (SELECT relid FROM pg_partition_tree(%(table)s::regclass)))
"""
ANY_VALUE = {"text": "%(tenant)s", "date": "'2026-03-10'", "timestamp with time zone": "'2026-03-10'"}


def inserting(owner: psycopg.Connection, table: str) -> bytes:
    """A statement that adds a row with nothing but its key; the tenant is its parameter."""
    key = [(f'"{name}"', ANY_VALUE.get(kind, "'1'")) for name, kind in owner.execute(KEY, {"table": table})]
    names, values = (
        ", ".join(["tenant", *(each[0] for each in key)]),
        ", ".join(["%(tenant)s", *(each[1] for each in key)]),
    )
    return f'INSERT INTO "{table}" ({names}) VALUES ({values})'.encode()


@pytest.mark.parametrize("service", DATABASES)
def test_readers_and_units_of_work_see_and_write_the_rows_of_their_tenants_and_no_others(
    service: str, service_database: Callable[[str], Dsns], service_frame: Callable[..., Frame]
) -> None:
    dsns = service_database(service)
    with connected(dsns.owner) as owner:
        for (statement,) in owner.execute(STRICT).fetchall():
            owner.execute(statement)
        inserts = {table: inserting(owner, table) for (table,) in owner.execute(PROTECTED).fetchall()}
        for insert in inserts.values():
            for tenant in ("a", "b", "c"):
                owner.execute(insert, {"tenant": tenant})
    frame = service_frame(service, dsns=dsns)
    for table in inserts:
        own = f'SELECT tenant FROM "{table}"'
        for tenants in (("a",), ("a", "c"), ("ab",), ("a", "d"), ("b",)):
            shown = {"a", "b", "c"} & set(tenants)
            with frame.reader(tenants) as reader:
                assert set(reader.execute(own).scalars()) == shown, (table, tenants)
            with frame.unit(tenants, action="look") as uow:
                assert set(uow.execute(own).scalars()) == shown, (table, tenants)
        with frame.reader(()) as reader:
            assert reader.execute(own).all() == [], table
    with connected(dsns.app) as app:
        for table, insert in inserts.items():
            for named in ("a", "a,c", "", None):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                    if named is not None:
                        app.execute("SELECT set_config('zhida.tenants', %s, true)", [named])
                    app.execute(insert, {"tenant": "e"})
                    pytest.fail(f"{table}: a row of e was written for {named}")


def test_stores_of_public_tables_say_so() -> None:
    for service in services():
        service_class(service)
    said = {(each.__module__.split(".")[1], each.table.name) for each in AggregateStore.__subclasses__() if each.public}
    stored = {(each.__module__.split(".")[1], each.table.name) for each in AggregateStore.__subclasses__()}
    assert said == stored & set(PUBLIC_TABLES)
    assert len(said) == 5, "the stores of the catalogue have been imported"
