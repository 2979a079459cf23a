"""Whole numbers out of forms and addresses: keys, versions, counts."""

from __future__ import annotations

from typing import TypeVar

Other = TypeVar("Other")


def whole_number(text: object, otherwise: Other, *, digits: int = 9) -> int | Other:
    """The number that stands there; `otherwise` where that is none, or longer than the place holds.

    Nine digits are a key of any table. "²" and figures of other scripts are digits to Python, not to us.
    """
    said = "" if text is None else str(text)
    return int(said) if said.isascii() and said.isdigit() and len(said) <= digits else otherwise
