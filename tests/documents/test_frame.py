import re
from xml.etree import ElementTree

import pytest

from emulation.documents.frame import Palette, frame_svg


@pytest.mark.parametrize(("width", "height"), [(297, 210), (210, 297), (420, 297), (250, 180.5)])
def test_frame_is_drawn_on_any_sheet(width: float, height: float) -> None:
    drawing = ElementTree.fromstring(frame_svg(width, height))  # noqa: S314 (our own text)
    assert drawing.attrib["viewBox"] == f"0 0 {width:g} {height:g}"
    assert drawing.attrib["width"] == f"{width:g}mm"


def test_frame_has_no_bitmap_and_no_transparency() -> None:
    drawing = frame_svg(297, 210)
    assert not re.search(r"<image|opacity|rgba|url\(", drawing)


def test_frame_uses_the_colours_it_is_given() -> None:
    colours = set(re.findall(r"#[0-9a-f]{6}", frame_svg(297, 210, Palette(*["#123456"] * 6, petals=("#123456",) * 4))))
    assert colours == {"#123456"}


def test_frame_is_the_same_each_time() -> None:
    assert frame_svg(297, 210) == frame_svg(297, 210)
