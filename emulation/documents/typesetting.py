"""What the administrative documents share: their templates, and the habits of Vietnamese typesetting.

Layout by Nghị định 30/2020/NĐ-CP, Appendix I; the rules are in docs/documents.md. The templates lie in
templates/print and have an environment of their own: they see plain values, never Flask.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import jinja2

from emulation.documents.balance import wrap
from emulation.documents.fonts import Face
from emulation.documents.pdf import STYLES
from emulation.words import MINUS, figure

NBSP = "\u00a0"
ISSUER_MEASURE = 67.0  # mm, the left column of a portrait letterhead
LONGEST_CLAUSE = 26  # letters that stay on one line
NONE = "–"  # in a table: there is none; 0 is 0,00

_COUNTS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
# Blanks at which a line never ends: between a noun and its number.
_COUNTED = re.compile(
    r"\b(ngày|tháng|năm|số|Điều|[Cc]ụm|[Ll]ĩnh vực|Bảng|Hình|hạng|Phụ lục) (?=\d|[IVX]+\b)"
    r"|(?<=\d) (?=(?:đơn vị|điểm|tập thể|cụm)\b)"
)
_BRACKETED = re.compile(r"\([^()]{1,20}\)")  # "(96,94 - 80)" stays on one line
# A dash inside a name. A fixed blank alone would still let the line end after the dash, hence the word joiner. A span
# with `white-space: nowrap` would be plainer, but WeasyPrint 70 then sometimes ends a line after its first word.
_DASH = re.compile(r"(?<=\S)[ \u00a0]-[ \u00a0](?=\S)")
_WHOLE_DASH = f"{NBSP}-\u2060{NBSP}"


@dataclass(frozen=True)
class Letterhead:
    """The head of a document: who issues it, its symbol, its place. Number and date are left to the clerk."""

    issuer: str
    parent: str = ""
    symbol: str = ""  # what follows the number: "BC-TĐKT"
    place: str = "Hà Nội"

    @property
    def issuer_lines(self) -> tuple[str, ...]:
        """A long issuer in even lines: "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "TỈNH VĨNH PHÚC"."""
        return wrap(self.issuer, face=Face.BOLD, pt=12, measure=ISSUER_MEASURE)


@dataclass(frozen=True)
class Signature:
    """The signature block: powers and post, one per line ("KT. VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG"); the name may
    be unknown.
    """

    lines: tuple[str, ...]
    name: str = ""


def points(value: Decimal | None, places: int) -> str:
    """A figure of a table: decimal comma, always the same places, so that commas stand under each other."""
    return NONE if value is None else figure(value, places=places)


def taken(value: Decimal, places: int) -> str:
    """Points taken off, stored positive: shown with a minus, none as a dash."""
    return MINUS + figure(value, places=places) if value else NONE


def count(number: int) -> str:
    """A small number in words, as running text has it: 2 -> "hai"; from eleven on in figures."""
    return _COUNTS[number] if number < len(_COUNTS) else str(number)


def date_words(day: date) -> str:
    """A date as the decree writes it: days below 10 and the months 1 and 2 with a leading 0."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "A", "A và B", "A, B và C"."""
    return " và ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""


def glue(name: str) -> str:
    """A short proper name, kept on one line."""
    return name.replace(" ", NBSP)


def bind(text: str) -> str:
    """Running text in which a number stays beside its noun (ngày 16, cụm 3), and "Thi đua - Khen" on one line."""
    return _DASH.sub(_WHOLE_DASH, _COUNTED.sub(lambda found: (found[1] or "") + NBSP, text))


def clauses(text: str) -> str:
    """`text` that breaks between clauses, never inside a short one: "0 điểm ở 90%, | tối đa từ 99,5%"."""
    text = _BRACKETED.sub(lambda found: glue(found[0]), text)
    parts = re.split(r"(?<=[,;:]) ", text.replace(" = ", f"{NBSP}={NBSP}"))
    return " ".join(glue(part) if len(part) <= LONGEST_CLAUSE else part for part in parts)


def short_hash(digest: str) -> str:
    """The first 16 digits in groups of four, so that two people can compare them aloud."""
    return " ".join(digest[i : i + 4] for i in range(0, 16, 4))


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(STYLES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=figure, points=points, taken=taken, count=count, glue=glue, bind=bind, clauses=clauses, listed=listed
    )
    return environment


def fill(template: str, **values: object) -> str:
    """The HTML of a template of templates/print with its values."""
    return _environment().get_template(template).render(**values)
