"""What is said to a department's system and what it answers, in JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.misbehaviour import Fault, Rule

CheckId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Uscc = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
Word = Literal["clear", "barred", "no_record", "not_ours"]
SOURCE = "沙盒部门业务系统"


class CheckOrder(BaseModel):
    """One check of one firm for one case: which of the published conditions (`grounds`) stand against it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check_id: CheckId
    receipt: Annotated[str, Field(min_length=1, max_length=64)]
    uscc: Uscc
    enterprise_name: Annotated[str, Field(min_length=1, max_length=200)]
    grounds: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=20)] = ()

    @property
    def id(self) -> str:
        return self.check_id

    def content(self) -> dict[str, str | int | None]:
        """Its columns in the book; the same id must come with the same of these."""
        grounds = json.dumps(self.grounds, ensure_ascii=False)
        return {**self.model_dump(exclude={"grounds"}), "grounds": grounds}

    @classmethod
    def of(cls, row: sqlite3.Row) -> CheckOrder:
        names = ("check_id", "receipt", "uscc", "enterprise_name")
        return cls(**{name: row[name] for name in names}, grounds=tuple(json.loads(row["grounds"])))


class KnownFirm(BaseModel):
    """What the department says of a firm whenever it is asked; of one that it does not know: no_record.

    Without a `ground`, *barred* names the first of the conditions that it is asked about.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Word
    ground: str | None = Field(default=None, max_length=200)
    condition: str | None = Field(default=None, max_length=200)
    basis: str | None = Field(default=None, max_length=200)


class CheckRule(Rule):
    """A fault on demand; every match that is given must hold, and a rule without any covers all."""

    own_words: ClassVar[Mapping[str, Fault]] = {
        "answer_then_timeout": Fault.DONE_THEN_TIMEOUT,
        "silent": Fault.TIMEOUT_BEFORE,
        "work_then_answer": Fault.PENDING_THEN_DONE,
        "bad_json": Fault.FALSE_WORD,
        "other_case": Fault.FALSE_WORD,
        "unknown_word": Fault.FALSE_WORD,
        "unpublished_ground": Fault.FALSE_WORD,
        "from_the_future": Fault.FALSE_WORD,
        "wrong_signature": Fault.FALSE_WORD,
        "other_answer": Fault.FALSE_WORD,
    }
    behaviour: Literal[
        "answer_late",
        "work_then_answer",
        "answer_then_timeout",
        "timeout_before",
        "silent",
        "http_500",
        "bad_json",
        "other_case",
        "unknown_word",
        "unpublished_ground",
        "from_the_future",
        "wrong_signature",
        "other_answer",
    ]
    uscc: Uscc | None = None
    check_prefix: CheckId | None = None

    def covers(self, order: CheckOrder) -> bool:
        return self.uscc in (None, order.uscc) and order.check_id.startswith(self.check_prefix or "")

    @model_validator(mode="after")
    def _silence_has_no_length(self) -> Self:
        if self.behaviour == "silent" and self.seconds is not None:
            raise ValueError("silent lasts until the caller hangs up: no seconds")
        return self


def said(row: sqlite3.Row) -> dict[str, Any]:
    """How a check stands, as an honest system says it."""
    about = {"check_id": row["check_id"], "receipt": row["receipt"]}
    if row["status"] != "answered":
        return {**about, "state": "taken"}
    words = {name: row[name] for name in ("answer", "ground", "condition", "basis") if row[name] is not None}
    return {**about, "state": "answered", **words, "source": SOURCE, "as_of": row["done_at"]}


class CheckEntry(BaseModel):
    """A check as the book has it; `attempts_seen`: how often it was presented."""

    check_id: str
    receipt: str
    uscc: str
    status: str
    answer: str
    attempts_seen: int
    done_at: str | None

    @classmethod
    def of(cls, row: sqlite3.Row) -> CheckEntry:
        return cls(**{name: row[name] for name in cls.model_fields})


class CheckPage(BaseModel):
    """`next_after` is where the next page begins; it stays where it was when nothing came."""

    checks: list[CheckEntry]
    next_after: int
