"""The page that aligns a printer with a pre-printed sheet (phôi): rulers, crosses, and a box for each open
line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pikepdf
from markupsafe import Markup, escape

from emulation.documents.certificate_template import Line, Template
from emulation.documents.certificates import page_transform
from emulation.documents.pdf import named_stylesheet, stylesheet, write_pdf
from emulation.documents.typesetting import fill

CROSS = 26.0  # mm from the edges to the centres of the corner crosses
RULER = 8.0  # mm from the edges to the rulers


def render_calibration(template: Template) -> bytes:
    """One page of the template's size, to be printed at 100% and laid on the phôi.

    It is moved by the template's dx, dy and scale like the certificates themselves, so that a second print
    shows whether the correction was right.
    """
    size, offset = template.size, template.preprinted
    far_x, far_y = size.width - CROSS, size.height - CROSS
    html = fill(
        "calibration.html",
        title=f"{template.title}: trang căn chỉnh máy in",
        drawing=Markup("".join(_drawing(template))),  # noqa: S704 (its texts are escaped where they are put in)
        near=CROSS,
        far_x=far_x,
        far_y=far_y,
        offset=offset,
        unmoved=(offset.dx, offset.dy, offset.scale) == (0, 0, 1),
    )
    css = f"@page {{ size: {size.width}mm {size.height}mm; margin: 0 }}"
    page = write_pdf(html, [named_stylesheet("fonts.css"), named_stylesheet("calibration.css"), stylesheet(css)])
    with pikepdf.open(io.BytesIO(page)) as document:
        document.pages[0].contents_add(b"q " + page_transform(template), prepend=True)
        document.pages[0].contents_add(b" Q")
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _n(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _drawing(template: Template) -> Iterator[str]:
    width, height = template.size.width, template.size.height
    yield f'<svg viewBox="0 0 {width} {height}" width="{width}mm" height="{height}mm"'
    yield ' font-family="Tinos Print" stroke="#000" stroke-width=".12" fill="none">'
    yield from _rulers(width, height)
    for x, y in (
        (CROSS, CROSS),
        (width - CROSS, CROSS),
        (CROSS, height - CROSS),
        (width - CROSS, height - CROSS),
        (width / 2, height / 2),
    ):
        yield f'<path d="M{x - 6} {y}h12M{x} {y - 6}v12" stroke-width=".15"/>'
        yield f'<circle cx="{x}" cy="{y}" r="2.5"/>'
        side, anchor = (3.4, "start") if x <= width / 2 else (-3.4, "end")
        yield _text(x + side, y - 1.8, f"{_n(x)} ; {_n(y)}", anchor, 3)
    for group in _labelled(template.lines):
        first = group[0]
        bottom = max(line.top + _height(line) for line in group)
        width_of_group = max(line.width for line in group)
        yield from _box(first.left, first.top, width_of_group, bottom - first.top, first.label)
    if template.qr:
        yield from _box(template.qr.left, template.qr.top, template.qr.size, template.qr.size, "mã QR")
    yield "</svg>"


def _labelled(lines: Sequence[Line]) -> list[list[Line]]:
    """Each labelled line with the unlabelled ones that stand under it at the same left edge."""
    groups: list[list[Line]] = []
    for line in lines:
        if line.printed == "electronic":
            continue
        if line.label:
            groups.append([line])
        elif groups and groups[-1][0].left == line.left:
            groups[-1].append(line)
    return groups


def _height(line: Line) -> float:
    return line.height or max(line.height_of(step) for step in line.steps)


def _text(x: float, y: float, text: str, anchor: str, size: float) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" fill="#000" stroke="none">'
        f"{escape(text)}</text>"
    )


def _box(left: float, top: float, width: float, height: float, label: str) -> Iterator[str]:
    yield (
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" '
        'stroke-dasharray="1.2 1.2" stroke-width=".15"/>'
    )
    yield _text(left + 1.5, top + 3.2, label, "start", 2.6)


def _rulers(width: float, height: float) -> Iterator[str]:
    """A mark each mm, longer at 5 and 10, along all four edges; each tenth with its number."""
    long_edges: list[str] = []
    for x in range(20, int(width) - 18):
        long_edges.append(f"M{x} {RULER}v{_tick(x)}M{x} {height - RULER:g}v-{_tick(x)}")
        if x % 10 == 0:
            yield _text(x, RULER + 8, str(x), "middle", 2.6)
            yield _text(x, height - RULER - 6.1, str(x), "middle", 2.6)
    for y in range(20, int(height) - 18):
        long_edges.append(f"M{RULER} {y}h{_tick(y)}M{width - RULER:g} {y}h-{_tick(y)}")
        if y % 10 == 0:
            yield _text(RULER + 7.6, y + 0.9, str(y), "start", 2.6)
            yield _text(width - RULER - 7.6, y + 0.9, str(y), "end", 2.6)
    yield f'<path d="{"".join(long_edges)}"/>'


def _tick(at: int) -> float:
    if at % 10 == 0:
        return 5
    return 3.2 if at % 5 == 0 else 1.8
