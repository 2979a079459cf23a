"""The one place that calls WeasyPrint: HTML text in, PDF bytes out, with the project's fonts and nothing else.

The fetcher opens the font files of `fonts.py` and the drawings that come with a document. It refuses everything else,
so a document reads no other file and no network whatever its text says. One font configuration serves the process;
Pango is not meant to be used by two threads at once, so documents are set one after the other.
"""

from __future__ import annotations

import functools
import gc
import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from emulation.documents.fonts import FONTS, Face

STYLES = Path(__file__).resolve().parents[2] / "templates" / "print"

Style: TypeAlias = weasyprint.CSS

_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Picture:
    """A picture that comes with a document: its bytes and what they are."""

    content: bytes
    media_type: str


Drawings = Mapping[str, "str | Picture"]


class OnlyOurs(URLFetcher):  # type: ignore[misc]  # weasyprint ships no types
    """Opens the font files of the documents and the drawings given with this one, and nothing else."""

    def __init__(self, drawings: Drawings | None = None) -> None:
        super().__init__(allowed_protocols=[])
        self._drawings = drawings or {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        drawing = self._drawings.get(url.removeprefix("drawing:"))
        if isinstance(drawing, Picture):
            return URLFetcherResponse(url, drawing.content, {"Content-Type": drawing.media_type})
        if drawing is not None:
            return URLFetcherResponse(url, drawing.encode(), {"Content-Type": "image/svg+xml"})
        for face in Face:
            if url == face.path.as_uri():
                return URLFetcherResponse(url, io.BytesIO(face.path.read_bytes()), {"Content-Type": "font/ttf"})
        raise ValueError(f"documents open nothing but their fonts and drawings: {url}")


@functools.cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """The trees of a document live until it is set; to look through them again and again took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def stylesheet(css: str) -> Style:
    """Parsed CSS, to be used for any number of documents. `url(...)` is relative to the folder of the
    fonts.
    """
    with _one_at_a_time:
        return weasyprint.CSS(string=css, base_url=f"{FONTS.as_uri()}/", url_fetcher=OnlyOurs(), font_config=_fonts())


@functools.cache
def named_stylesheet(name: str) -> Style:
    """A style sheet of templates/print, parsed once."""
    return stylesheet((STYLES / name).read_text(encoding="utf-8"))


def write_pdf(html: str, styles: Sequence[Style], *, drawings: Drawings | None = None) -> bytes:
    """The PDF of `html`; its images `drawing:NAME` are the SVG texts and pictures of `drawings`.

    The same values give the same bytes: nothing in the file depends on the clock or on chance. A drawing costs less
    as an image than inside the HTML, where each of its marks would be matched with every style rule.
    """
    with _one_at_a_time, _no_search_for_garbage():
        document = weasyprint.HTML(string=html, base_url=f"{FONTS.as_uri()}/", url_fetcher=OnlyOurs(drawings))
        return bytes(document.write_pdf(stylesheets=list(styles), font_config=_fonts()))
