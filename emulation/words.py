"""Sentences that travel: written in Vietnamese where the rule is, translated where they are shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from emulation.config import VIETNAM

MINUS = "\u2212"
_LINE_END = re.compile("\r\n|[\r\v\f\x85]")
# what nobody types: control characters, which break files and databases, and marks that turn the reading direction
_UNTYPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def N_(text: str) -> str:  # the name that gettext tools look for
    """Mark `text` for the translation catalogue without translating it now."""
    return text


def tidy(text: str) -> str:
    """Typed text as it is stored: composed letters (NFC), plain line ends, nothing unseen, no space around."""
    return _UNTYPED.sub("", _LINE_END.sub("\n", unicodedata.normalize("NFC", text))).strip()


def tidy_line(text: str) -> str:
    """As `tidy`, in one line and with single spaces."""
    return " ".join(tidy(text).split())


def figure(value: Decimal | int, *, decimal: str = ",", places: int | None = None) -> str:
    """A number as people write it: 96.9 -> "96,9"; with `places` rounded half up to that many decimals.

    Without `places` the digits are kept and useless zeros dropped. A negative number gets a real minus sign.
    """
    number = Decimal(value)
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{number or abs(number):f}"  # there is no "-0"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", decimal).replace("-", MINUS)


def vietnam_day(moment: datetime) -> date:
    """The day of a moment by the Vietnamese calendar, by which deadlines are counted."""
    return moment.astimezone(VIETNAM).date()


@dataclass(frozen=True)
class Phrase:
    """A sentence with its values: `Phrase(N_("Còn %(n)s ngày."), {"n": 3})`. Values may be phrases themselves."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str, decimal: str = ",") -> str:
        """The sentence in words; `translate` maps the Vietnamese sentence to the reader's language."""
        shown: dict[str, Any] = {}
        for name, value in self.values.items():
            if isinstance(value, Phrase):
                value = value.render(translate, decimal)
            elif isinstance(value, Decimal):
                value = figure(value, decimal=decimal)
            elif isinstance(value, datetime):
                value = value.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
            elif isinstance(value, date):
                value = value.strftime("%d/%m/%Y")
            shown[name] = value
        text = translate(self.text)
        return text % shown if shown else text

    def __str__(self) -> str:
        return self.render()
