"""What is said to a seal office and what it answers, in JSON."""

from __future__ import annotations

import hashlib
import sqlite3
from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from sandbox.misbehaviour import Fault, Rule

DepartmentId = Annotated[str, Field(min_length=1, max_length=64)]
PaperNumber = Annotated[str, Field(min_length=1, max_length=100)]


class SealOrder(BaseModel):
    """One paper to be sealed for one department. The same number with the same bytes is the same order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    department_id: DepartmentId
    paper_number: PaperNumber
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    pdf: Annotated[Base64Bytes, Field(max_length=16 * 1024 * 1024)]

    @property
    def id(self) -> str:
        parts = (self.department_id, self.paper_number, self.sha256)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def content(self) -> dict[str, str | int | None]:
        """Its columns in the book; the file itself is kept with the seal on it."""
        return {"order_id": self.id, **self.model_dump(exclude={"pdf"})}

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        if hashlib.sha256(self.pdf).hexdigest() != self.sha256:
            raise ValueError("the file has another sha256")
        return self


class SealKept(BaseModel):
    """A department's seal: its name, and whether it may be used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    state: Literal["open", "revoked"] = "open"


class SealRule(Rule):
    """A fault on demand; every match that is given must hold, and a rule without any covers all."""

    own_words: ClassVar[Mapping[str, Fault]] = {
        "refuse": Fault.FAIL,
        "seal_then_timeout": Fault.DONE_THEN_TIMEOUT,
        "silent": Fault.TIMEOUT_BEFORE,
        "work_then_seal": Fault.PENDING_THEN_DONE,
        "other_paper": Fault.FALSE_WORD,
        "no_seal": Fault.FALSE_WORD,
        "bad_json": Fault.FALSE_WORD,
        "wrong_signature": Fault.FALSE_WORD,
    }
    behaviour: Literal[
        "answer_late",
        "refuse",
        "work_then_seal",
        "seal_then_timeout",
        "timeout_before",
        "silent",
        "http_500",
        "other_paper",
        "no_seal",
        "bad_json",
        "wrong_signature",
    ]
    department_id: DepartmentId | None = None
    number_prefix: PaperNumber | None = None

    def covers(self, order: SealOrder) -> bool:
        return self.department_id in (None, order.department_id) and order.paper_number.startswith(
            self.number_prefix or ""
        )

    @model_validator(mode="after")
    def _silence_has_no_length(self) -> Self:
        if self.behaviour == "silent" and self.seconds is not None:
            raise ValueError("silent lasts until the caller hangs up: no seconds")
        return self


def said(row: sqlite3.Row, pdf: bytes) -> dict[str, Any]:
    """A seal that was given, as an honest office says it."""
    return {
        "pdf": b64encode(pdf).decode(),
        "seal_name": row["seal_name"],
        "certificate_serial": row["certificate_serial"],
        "sealed_at": row["done_at"],
    }


class SealEntry(BaseModel):
    """A paper as the book has it; `attempts_seen`: how often it was presented."""

    department_id: str
    paper_number: str
    sha256: str
    status: str
    seal_name: str | None
    certificate_serial: str | None
    attempts_seen: int
    done_at: str | None

    @classmethod
    def of(cls, row: sqlite3.Row) -> SealEntry:
        return cls(**{name: row[name] for name in cls.model_fields})


class SealPage(BaseModel):
    """`next_after` is where the next page begins; it stays where it was when nothing came."""

    seals: list[SealEntry]
    next_after: int
