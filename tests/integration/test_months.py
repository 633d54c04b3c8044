from __future__ import annotations
from collections.abc import Callable
import psycopg
from frame_kit import psycopg_url
from console.servers.provision import Dsns

def test_x(service_database: Callable[[str], Dsns]) -> None:
    dsns = service_database("catalog")
    with psycopg.connect(psycopg_url(dsns.frame), autocommit=True) as c:
        for r in c.execute("SELECT * FROM kept_month ORDER BY 1,2"): print(r)
        print(c.execute("SELECT make_month('outbox', '2027-01-01'), make_month('outbox', '2027-02-01'), make_month('outbox', '2027-02-01')").fetchall())
        for r in c.execute("SELECT * FROM kept_month ORDER BY 1,2"): print(r)
    with psycopg.connect(psycopg_url(dsns.owner), autocommit=True) as c:
        for r in c.execute("select attname, attidentity, attrelid::regclass from pg_attribute where attname='position' and attidentity<>''"): print(r)
        for r in c.execute("select indexrelid::regclass, indrelid::regclass from pg_index where indrelid in ('outbox_default'::regclass,'outbox_2027_02'::regclass)"): print(r)
