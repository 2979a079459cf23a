"""Reading the PDFs that the tests make: text and boxes with poppler's pdftotext, fonts with pikepdf."""

from __future__ import annotations

import io
import subprocess
import unicodedata
from dataclasses import dataclass
from xml.etree import ElementTree

import pikepdf
from pikepdf import Name

MM_PER_PT = 25.4 / 72
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Line:
    """A line of text with its box in mm from the upper left corner of its page."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left


def _pdftotext(pdf: bytes, *options: str) -> str:
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def text(pdf: bytes, page: int | None = None) -> str:
    """The text as it can be selected, blanks and line ends as single blanks."""
    options = [] if page is None else ["-f", str(page), "-l", str(page)]
    return " ".join(_pdftotext(pdf, *options).replace("\f", " ").split())


def lines(pdf: bytes) -> list[Line]:
    """Every line with its box."""
    found = []
    tree = ElementTree.fromstring(_pdftotext(pdf, "-bbox-layout"))  # noqa: S314 (written by pdftotext)
    for number, page in enumerate(tree.iter(f"{XHTML}page"), 1):
        for line in page.iter(f"{XHTML}line"):
            box = [float(line.attrib[key]) * MM_PER_PT for key in ("xMin", "yMin", "xMax", "yMax")]
            words = " ".join(word.text or "" for word in line.iter(f"{XHTML}word"))
            found.append(Line(number, words, *box))
    return found


def rows(pdf: bytes) -> list[str]:
    """The text of each row across the page, columns from the left: a table as a person reads it."""
    by_height: dict[tuple[int, float], list[Line]] = {}
    for line in lines(pdf):
        near = next((key for key in by_height if key[0] == line.page and abs(key[1] - line.bottom) < 1), None)
        by_height.setdefault(near or (line.page, line.bottom), []).append(line)
    return [" ".join(line.text for line in sorted(row, key=lambda line: line.left)) for row in by_height.values()]


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def fonts(pdf: bytes) -> dict[str, bool]:
    """The name of every font of the file and whether it is embedded and has its letters' Unicode."""
    found = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get(Name.Type) == Name.Font and Name.Encoding in thing:
                inner = thing.DescendantFonts[0]
                embedded = Name.FontFile2 in inner.FontDescriptor and Name.ToUnicode in thing
                name = str(thing.BaseFont)
                assert name not in found, f"two fonts are called {name}"
                found[name] = embedded
    return found


def is_clean(shown: str) -> bool:
    """NFC, no replacement or private characters, nothing that a font could not draw."""
    return unicodedata.is_normalized("NFC", shown) and not any(
        character == "\ufffd" or unicodedata.category(character) == "Co" for character in shown
    )
