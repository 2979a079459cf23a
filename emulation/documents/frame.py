"""The frame of the electronic certificate as SVG: bands of a bronze drum, its star in the corners, a lotus,
a guilloche.

The project's own drawing. Flat colours, strokes and fills only: no bitmap, no transparency, no state
emblem. One unit of the drawing is one mm on paper. It is drawn when it is needed and not kept in the
repository (100 kB of path data).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin, tau

CORNER = 16.4  # mm from the edges to the centre of a corner's square
BAND = 26.5  # mm from the edges to where a side's bands begin
LOTUS_GAP = 17.0  # half the gap in the upper and lower bands that holds the lotus


@dataclass(frozen=True)
class Palette:
    """The colours of the frame as #rrggbb."""

    paper: str = "#fdf8ea"
    guilloche: str = "#f1e6c9"
    gold: str = "#b8923f"
    deep: str = "#94702a"
    pale: str = "#d8bf82"
    accent: str = "#9b1c20"
    petals: tuple[str, str, str, str] = ("#fdf8ea", "#f6e9c6", "#efdba6", "#e6cb86")


def frame_svg(width: float, height: float, palette: Palette | None = None) -> str:
    """The frame of a sheet of `width` x `height` mm. The band ends 21.1 mm from each edge: text stands
    inside it.
    """
    colours = palette or Palette()
    whole = f'width="{_n(width)}" height="{_n(height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}"',
        f'width="{_n(width)}mm" height="{_n(height)}mm">',
        f'<rect {whole} fill="{colours.paper}"/>',
        *_guilloche(width / 2, height / 2 + 2, colours),
        *_lines_around(width, height, colours),
        *_side(width, "", colours, gap=LOTUS_GAP),
        *_side(width, f"rotate(180 {_n(width / 2)} {_n(height / 2)})", colours, gap=LOTUS_GAP),
        *_side(height, f"translate(0 {_n(height)}) rotate(-90)", colours),
        *_side(height, f"translate({_n(width)} 0) rotate(90)", colours),
    ]
    for x in (CORNER, width - CORNER):
        for y in (CORNER, height - CORNER):
            parts += _corner(x, y, colours)
    for base in (18.2, height - 9.6):
        parts += _lotus(width / 2, base, colours)
    parts.append("</svg>")
    return "\n".join(parts)


def _n(value: float) -> str:
    """A coordinate with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _ring(x: float, y: float, r: float) -> str:
    """A circle as path data, so that many of them are one element."""
    return f"M{_n(x - r)} {_n(y)}a{_n(r)} {_n(r)} 0 1 0 {_n(2 * r)} 0a{_n(r)} {_n(r)} 0 1 0 {_n(-2 * r)} 0z"


def _guilloche(cx: float, cy: float, colours: Palette) -> Iterator[str]:
    """Three families of one waved curve, each turned a little: the security pattern behind the text."""
    paths = []
    for radius, wave, waves, turns in ((47, 9, 16, 8), (30, 7, 12, 6), (17, 5, 9, 5)):
        for turn in range(turns):
            phase = tau * turn / turns
            points = 12 * waves
            corners = []
            for i in range(points):
                angle = tau * i / points
                reach = radius + wave * cos(waves * angle + phase)
                corners.append(f"{cx + reach * cos(angle) * 1.32:.1f} {cy + reach * sin(angle):.1f}")
            paths.append("M" + "L".join(corners) + "z")
    yield f'<path d="{"".join(paths)}" fill="none" stroke="{colours.guilloche}" stroke-width=".18"/>'


def _lines_around(width: float, height: float, colours: Palette) -> Iterator[str]:
    for inset, stroke, colour in (
        (6.6, 0.9, colours.gold),
        (8, 0.22, colours.deep),
        (20.2, 0.22, colours.deep),
        (21.1, 0.55, colours.gold),
    ):
        across, down = _n(width - 2 * inset), _n(height - 2 * inset)
        yield (
            f'<rect x="{_n(inset)}" y="{_n(inset)}" width="{across}" height="{down}" '
            f'fill="none" stroke="{colour}" stroke-width="{_n(stroke)}"/>'
        )


def _teeth(start: float, end: float, y: float, height: float) -> str:
    """A row of triangles standing on the line y; a negative height points up."""
    count = round((end - start) / 2.1)
    pitch = (end - start) / count
    half = pitch / 2
    return "".join(
        f"M{_n(start + i * pitch)} {_n(y)}l{_n(half)} {_n(height)} {_n(half)} {_n(-height)}z" for i in range(count)
    )


def _side(length: float, transform: str, colours: Palette, *, gap: float = 0.0) -> Iterator[str]:
    """One side's bands, drawn along the top edge: teeth, two rules, tangent circles, teeth; `gap` leaves
    the middle free.
    """
    start, end = BAND, length - BAND
    runs = [(start, length / 2 - gap), (length / 2 + gap, end)] if gap else [(start, end)]
    outer = inner = rules = rings = dots = tangents = ""
    for a, b in runs:
        outer += _teeth(a, b, 9.2, 1.7)
        inner += _teeth(a, b, 19.2, -1.7)
        rules += f"M{_n(a)} 11.3H{_n(b)}M{_n(a)} 17.1H{_n(b)}"
        count = round((b - a) / 6.1)
        pitch = (b - a) / count
        for i in range(count):
            x = a + (i + 0.5) * pitch
            rings += _ring(x, 14.2, 2.05) + _ring(x, 14.2, 1.19)
            dots += _ring(x, 14.2, 0.45)
            if i < count - 1:  # from the top of one circle to the foot of the next
                middle = _n(x + pitch / 2)
                tangents += f"M{_n(x)} 12.15C{middle} 12.15 {middle} 16.25 {_n(x + pitch)} 16.25"
    yield f'<g transform="{transform}">' if transform else "<g>"
    yield f'<path d="{outer}" fill="{colours.gold}"/>'
    yield f'<path d="{rules}" stroke="{colours.deep}" stroke-width=".22" fill="none"/>'
    yield f'<path d="{rings}" stroke="{colours.gold}" stroke-width=".3" fill="none"/>'
    yield f'<path d="{tangents}" stroke="{colours.pale}" stroke-width=".3" fill="none"/>'
    yield f'<path d="{dots}" fill="{colours.accent}"/>'
    yield f'<path d="{inner}" fill="{colours.pale}"/></g>'


def _star(cx: float, cy: float, radius: float, rays: int = 14) -> str:
    corners = []
    for i in range(2 * rays):
        reach = radius if i % 2 == 0 else radius * 0.36
        angle = pi * i / rays - pi / 2
        corners.append(f"{_n(cx + reach * cos(angle))} {_n(cy + reach * sin(angle))}")
    return "M" + "L".join(corners) + "z"


def _teeth_on_ring(cx: float, cy: float, radius: float, height: float, count: int) -> str:
    def at(reach: float, step: float) -> str:
        angle = tau * step / count
        return f"{_n(cx + reach * cos(angle))} {_n(cy + reach * sin(angle))}"

    return "".join(f"M{at(radius, i - 0.5)}L{at(radius + height, i)} {at(radius, i + 0.5)}z" for i in range(count))


def _corner(x: float, y: float, colours: Palette) -> Iterator[str]:
    """A square with the star of a bronze drum, its rings, and a small triangle in each of its corners."""
    yield (
        f'<rect x="{_n(x - 9.8)}" y="{_n(y - 9.8)}" width="19.6" height="19.6" '
        f'fill="{colours.paper}" stroke="{colours.gold}" stroke-width=".9"/>'
    )
    yield (
        f'<rect x="{_n(x - 8.5)}" y="{_n(y - 8.5)}" width="17" height="17" '
        f'fill="none" stroke="{colours.deep}" stroke-width=".22"/>'
    )
    rings = _ring(x, y, 7.6) + _ring(x, y, 5.9) + _ring(x, y, 4.5)
    yield f'<path d="{rings}" fill="none" stroke="{colours.gold}" stroke-width=".28"/>'
    yield f'<path d="{_teeth_on_ring(x, y, 5.95, 1.35, 28)}" fill="{colours.pale}"/>'
    dots = "".join(_ring(x + 5.2 * cos(tau * i / 24), y + 5.2 * sin(tau * i / 24), 0.28) for i in range(24))
    yield f'<path d="{dots}" fill="{colours.deep}"/>'
    yield f'<path d="{_star(x, y, 4.2)}" fill="{colours.accent}"/>'
    yield f'<path d="{_ring(x, y, 0.75)}" fill="{colours.pale}"/>'
    triangles = "".join(
        f"M{_n(x + sx * 8.5)} {_n(y + sy * 8.5)}h{_n(-sx * 2.6)}l{_n(sx * 2.6)} {_n(-sy * 2.6)}z"
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    yield f'<path d="{triangles}" fill="{colours.gold}"/>'


def _lotus(cx: float, base: float, colours: Palette) -> Iterator[str]:
    """The lotus of the middle with a tendril on either side; `base` is where its petals meet."""
    pale, light, warm, middle = colours.petals
    petals = ((78, 9.0, 1.9, pale), (55, 9.6, 2.4, light), (30, 10.6, 2.7, warm))
    yield (
        f'<g transform="translate({_n(cx)} {_n(base)}) scale(.8)" '
        f'stroke="{colours.deep}" stroke-width=".28" stroke-linejoin="round">'
    )
    for angle, length, breadth, fill in petals:
        yield _petal(angle, length, breadth, fill)
        yield _petal(-angle, length, breadth, fill)
    yield _petal(0, 11.6, 3.0, middle)
    yield '<path d="M-3.6 .2C-2 1.7 2 1.7 3.6 .2M-2.2 1.4C-1 2.3 1 2.3 2.2 1.4" fill="none"/></g>'
    tendrils = "".join(
        f"M{_n(cx + q * 9.2)} {_n(base)}c{_n(q * 2.2)} 0 {_n(q * 4.6)} -1.2 {_n(q * 4.6)} -3.6"
        f"c0 -2.6 {_n(-q * 3.6)} -2.6 {_n(-q * 3.4)} -.4c.1 1.2 {_n(q * 1.5)} 1.2 {_n(q * 1.5)} .2"
        for q in (-1, 1)
    )
    stroke = f'stroke="{colours.gold}" stroke-width=".42" stroke-linecap="round"'
    yield f'<path d="{tendrils}" fill="none" {stroke}/>'


def _petal(angle: float, length: float, breadth: float, fill: str) -> str:
    """A pointed drop from the centre outwards; `angle` in degrees, 0 is up."""
    low, high, wide, slim = _n(-length * 0.28), _n(-length * 0.7), _n(breadth), _n(breadth * 0.92)
    return (
        f'<path transform="rotate({_n(angle)})" fill="{fill}" '
        f'd="M0 0C-{wide} {low} -{slim} {high} 0 {_n(-length)}C{slim} {high} {wide} {low} 0 0z"/>'
    )
