"""The one place that calls WeasyPrint: HTML text in, PDF bytes out, with the project's fonts and nothing
else.

The fetcher opens the font files of `fonts.py` and refuses everything else, so a document reads no other
file and no network whatever its text says. One font configuration serves the process; Pango is not meant to
be used by two threads at once, so documents are set one after the other.
"""

from __future__ import annotations

import functools
import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from emulation.documents.fonts import FONTS, Face

STYLES = Path(__file__).resolve().parents[2] / "templates" / "print"

Style: TypeAlias = weasyprint.CSS

_one_at_a_time = threading.RLock()


class OnlyFonts(URLFetcher):  # type: ignore[misc]  # weasyprint ships no types
    """Opens the font files of the documents and nothing else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        for face in Face:
            if url == face.path.as_uri():
                return URLFetcherResponse(url, io.BytesIO(face.path.read_bytes()), {"Content-Type": "font/ttf"})
        raise ValueError(f"documents open nothing but their fonts: {url}")


@functools.cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


def stylesheet(css: str) -> Style:
    """Parsed CSS, to be used for any number of documents. `url(...)` is relative to the folder of the
    fonts.
    """
    with _one_at_a_time:
        return weasyprint.CSS(string=css, base_url=f"{FONTS.as_uri()}/", url_fetcher=OnlyFonts(), font_config=_fonts())


@functools.cache
def named_stylesheet(name: str) -> Style:
    """A style sheet of templates/print, parsed once."""
    return stylesheet((STYLES / name).read_text(encoding="utf-8"))


def write_pdf(html: str, styles: Sequence[Style]) -> bytes:
    """The PDF of `html`. The same text gives the same bytes: nothing in the file depends on the clock or on
    chance.
    """
    with _one_at_a_time:
        document = weasyprint.HTML(string=html, base_url=f"{FONTS.as_uri()}/", url_fetcher=OnlyFonts())
        return bytes(document.write_pdf(stylesheets=list(styles), font_config=_fonts()))
