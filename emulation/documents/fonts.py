"""The typefaces of the printed documents: where they lie, how wide a text is in them, which letters they
lack.
"""

from __future__ import annotations

import functools
from enum import StrEnum
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
MM_PER_PT = 25.4 / 72


class Face(StrEnum):
    """One font file. Tinos has the metrics of Times New Roman; the award face sets the one great word."""

    REGULAR = "Tinos-Regular.ttf"
    BOLD = "Tinos-Bold.ttf"
    ITALIC = "Tinos-Italic.ttf"
    BOLD_ITALIC = "Tinos-BoldItalic.ttf"
    AWARD = "NotoSerifDisplay-ExtraBold.ttf"

    @property
    def path(self) -> Path:
        return FONTS / self.value


@functools.cache
def _advances(face: Face) -> dict[int, float]:
    """Width of each character in em. Kerning is left out: Tinos has none between Vietnamese letters."""
    with TTFont(face.path, lazy=True) as font:
        em = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        return {code: metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def width_mm(text: str, face: Face, pt: float, *, tracking: float = 0.0) -> float:
    """The width of one line in mm; `tracking` is extra space after each letter in em.

    A character that the face lacks counts one em: ask `lacking` first.
    """
    advances = _advances(face)
    em = sum(advances.get(ord(character), 1.0) for character in text) + tracking * len(text)
    return em * pt * MM_PER_PT


def lacking(text: str, face: Face) -> str:
    """The characters of `text` that the face cannot draw, each once, in order."""
    advances = _advances(face)
    return "".join(dict.fromkeys(character for character in text if ord(character) not in advances))
