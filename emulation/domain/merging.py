"""Merging two people's work on the lines of a sheet: a workbook that was filled elsewhere, and what is online now.

Three versions of each line: `base` is what the workbook was made from, `theirs` what is online now, `mine` what the
workbook holds. Only one side changed: its version counts. Both changed to the same: nothing to do. Both changed and
differ: a person decides, never the program.

A download may come back more than once, as the same file filled further or as another copy of it. What an earlier
hand-in wrote is then a fourth version: a line that still holds it brings nothing new, and whoever goes on from their
own hand-in has seen it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Content:
    """What one line declares, in its one spelling; nothing at all is `EMPTY`."""

    data: Mapping[str, Any] | None = None
    explanation: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is declared and nothing explained."""
        return self.data is None and not self.explanation

    @property
    def fingerprint(self) -> str:
        """Tells it from other contents of the same line, where it need not be read again."""
        body = json.dumps([self.data, self.explanation], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:16]


EMPTY = Content()


@dataclass(frozen=True)
class Earlier:
    """What earlier hand-ins of the same download wrote on a line, as fingerprints."""

    written: frozenset[str] = frozenset()  # by anybody
    own: str | None = None  # last, by the person who hands in now


NEVER = Earlier()


class Side(StrEnum):
    """Which version of a line counts where both sides changed it."""

    ONLINE = "online"
    WORKBOOK = "workbook"


class Outcome(StrEnum):
    """What the three versions of a line come to."""

    SAME = "same"  # the workbook holds what is online
    TAKE = "take"  # only the workbook changed
    KEEP = "keep"  # only the line online changed
    CONFLICT = "conflict"  # both changed, and differ


def outcome(base: Content, theirs: Content, mine: Content, earlier: Earlier = NEVER) -> Outcome:
    """What the versions of one line come to."""
    if mine == theirs:
        return Outcome.SAME
    if mine == base or mine.fingerprint in earlier.written:
        return Outcome.KEEP
    unchanged = theirs == base if earlier.own is None else theirs.fingerprint == earlier.own
    return Outcome.TAKE if unchanged else Outcome.CONFLICT


@dataclass(frozen=True)
class Merged:
    """One line and its versions."""

    code: str
    base: Content
    theirs: Content
    mine: Content
    earlier: Earlier = NEVER

    @property
    def outcome(self) -> Outcome:
        """What they come to."""
        return outcome(self.base, self.theirs, self.mine, self.earlier)

    def result(self, choice: Side | None = None) -> Content | None:
        """What the line holds afterwards; None where a person has to choose first. A choice decides conflicts only."""
        match self.outcome:
            case Outcome.TAKE:
                return self.mine
            case Outcome.CONFLICT:
                return {Side.ONLINE: self.theirs, Side.WORKBOOK: self.mine}.get(choice) if choice else None
            case _:
                return self.theirs


def merge(
    base: Mapping[str, Content],
    theirs: Mapping[str, Content],
    mine: Mapping[str, Content],
    earlier: Mapping[str, Earlier],
) -> dict[str, Merged]:
    """Every line that the workbook holds, in its order; a line that a version lacks is empty there."""
    return {
        code: Merged(code, base.get(code, EMPTY), theirs.get(code, EMPTY), content, earlier.get(code, NEVER))
        for code, content in mine.items()
    }
