"""Query codes as oversight keeps them: keyed digests, by which a code fits and from which none is found.

Versions before 0.5 sent and kept plain ones. What comes so is keyed when it is heard, and what is there is keyed by a job
that the migration begins; the version after the next takes plain ones no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING

from chassis.foundation.secrecy import Cipher
from chassis.time.jobs import Job
from contracts.identity import PLATFORM

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

PLAIN = re.compile(r"[0-9a-f]{64}")
NONE = "0" * 64
KEY_CODES = "key_query_codes"
AT_ONCE = 500

WITH_PLAIN = """
    SELECT receipt, query_code_digest FROM tracking
    WHERE tenant = :tenant AND receipt > :after AND length(query_code_digest) = 64 ORDER BY receipt LIMIT :limit FOR UPDATE
"""
KEY = """
    UPDATE tracking t SET query_code_digest = n.digest
    FROM unnest(CAST(:receipts AS text[]), CAST(:digests AS text[])) AS n (receipt, digest)
    WHERE t.tenant = :tenant AND t.receipt = n.receipt
"""


def keyed(digest: str, cipher: Cipher) -> str:
    """The digest as it is kept, whichever version sent it."""
    return _keyed(digest, cipher) if PLAIN.fullmatch(digest) else digest


def fits(receipt: str, code: str, kept: str | None, cipher: Cipher) -> bool:
    """Whether the code is the receipt's. Takes the same time wherever the difference is, and whether there is a row."""
    plain, kept = cipher.digest(f"{receipt}{code}"), kept or NONE
    if PLAIN.fullmatch(kept):
        return compare_digest(_keyed(plain, cipher), _keyed(kept, cipher)) and kept != NONE
    return cipher.verify(plain, kept, purpose="query_code_digest", tenant=PLATFORM)


def key_codes(jobs: Sequence[Job], unit: UnitMaker, cipher: Cipher) -> None:
    """Key what is plain of these tenants, some rows at a time; the job's subject is the receipt to go on behind."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            uow.finish(job)
            asked = {"tenant": job.tenant, "after": job.subject, "limit": AT_ONCE}
            rows = uow.execute(WITH_PLAIN, asked).all()
            receipts = [row.receipt for row in rows]
            digests = [keyed(row.query_code_digest, cipher) for row in rows]
            uow.execute(KEY, {"tenant": job.tenant, "receipts": receipts, "digests": digests})
            if len(rows) == AT_ONCE:
                uow.schedule(KEY_CODES, receipts[-1], at=uow.now, tenant=job.tenant)


def _keyed(plain: str, cipher: Cipher) -> str:
    return cipher.hmac(plain, purpose="query_code_digest", tenant=PLATFORM)
