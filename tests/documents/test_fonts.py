import itertools
import unicodedata

import pytest

from emulation.documents.fonts import FONTS, Face, lacking, width_mm

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
VIETNAMESE = "".join(
    unicodedata.normalize("NFC", letter + tone)
    for vowel, tone in itertools.product(VOWELS, TONES)
    for letter in (vowel, vowel.upper())
)


@pytest.mark.parametrize("face", Face)
def test_face_has_every_vietnamese_letter(face: Face) -> None:
    assert lacking(VIETNAMESE + "đĐ“”–…·%/", face) == ""


def test_face_of_text_has_the_signs_of_tables() -> None:
    assert lacking("\u2212×≤≥₫●○", Face.REGULAR) == ""


def test_lacking_names_each_character_once() -> None:
    assert lacking("a☃b☃𝔸", Face.BOLD) == "☃𝔸"


def test_width_is_additive_and_proportional() -> None:
    whole = width_mm("Bằng khen", Face.BOLD, 27)
    assert whole == pytest.approx(width_mm("Bằng ", Face.BOLD, 27) + width_mm("khen", Face.BOLD, 27))
    assert width_mm("Bằng khen", Face.BOLD, 54) == pytest.approx(2 * whole)


def test_width_counts_tracking_after_each_letter() -> None:
    assert width_mm("ab", Face.BOLD, 72, tracking=0.5) - width_mm("ab", Face.BOLD, 72) == pytest.approx(25.4)


@pytest.mark.parametrize("family", ["Tinos", "NotoSerifDisplay"])
def test_fonts_come_with_their_licence(family: str) -> None:
    licence = (FONTS / f"{family}-OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert all(face.path.is_file() for face in Face)
