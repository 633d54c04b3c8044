"""What an inspection on the spot leaves behind: photographs, where it was, and the firm's word."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.message import Model
from contracts.rule.facts import NumberText

PHOTOGRAPHS = 30
"""The most that one inspection keeps."""


class InspectionPhotograph(Model):
    """A picture that was uploaded, by its hash. `taken_at` is the time of the device; ours is when the inspection came in."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    caption: str = Field(default="", max_length=200)
    taken_at: AwareDatetime | None = None


class InspectionPosition(Model):
    """Where the device said that it was, in degrees (WGS 84), and how exactly in metres."""

    latitude: NumberText
    longitude: NumberText
    accuracy_m: NumberText


class EnterpriseSignature(Model):
    """Who of the firm has signed, by name; or that nobody would, with what happened (`note`)."""

    state: Literal["signed", "refused"]
    name: str = Field(default="", max_length=60)
    note: str = Field(default="", max_length=400)
