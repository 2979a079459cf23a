"""All evidence of a sheet as values, in the order of the criteria: what goes into the ZIP and the merged PDF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

UNCITED = "Chưa trích dẫn"  # title of the chapter of what no criterion cites
LONGEST_FOLDER = 48
LONGEST_NAME = 80  # letters of a file name in the ZIP, so that a path on Windows stays far below 260
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """One evidence. `path` is None for a link."""

    code: str  # "H1.I.1.01"; empty where it is cited nowhere
    title: str
    number: str
    issued_on: date | None
    issuer: str
    file_name: str
    media_type: str
    size: int
    path: Path | None
    url: str | None = None


@dataclass(frozen=True)
class Chapter:
    """A criterion with the documents that it cites, each with page or section. The last chapter may have no code:
    documents that no criterion cites.
    """

    code: str
    title: str
    cited: Sequence[tuple[Document, str]]


@dataclass(frozen=True)
class EvidenceFolder:
    """The evidence of one unit in one round."""

    unit: str
    period: str
    chapters: Sequence[Chapter]
    illustrative: bool = False


def safe_name(text: str, longest: int) -> str:
    """A name that Windows, macOS and Linux take: NFC, without what they forbid, no dot or space at its end."""
    name = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text))
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    name = " ".join(name.split())
    if len(name) > longest:
        words = name[: longest + 1].rpartition(" ")[0]
        name = words if len(words) > longest // 2 else name[:longest]  # between words, unless one word is all of it
    name = name.strip(". ")
    return f"_{name}" if _RESERVED.match(name) else name or "_"


def folder_name(place: int, chapter: Chapter) -> str:
    """ "003 I.3 Công tác tham mưu": the place keeps the order of the set."""
    if not chapter.code:
        return f"{place:03d} {chapter.title}"
    return safe_name(f"{place:03d} {chapter.code} {chapter.title}", LONGEST_FOLDER)


def file_name(document: Document) -> str:
    """ "H1.I.1.01 Báo cáo 412.pdf": code and title, the ending of the file that was uploaded."""
    ending = Path(document.file_name).suffix[:10]
    return safe_name(f"{document.code} {document.title}", LONGEST_NAME) + ending
