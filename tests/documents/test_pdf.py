from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulation.documents.fonts import Face
from emulation.documents.pdf import OnlyOurs, named_stylesheet, write_pdf
from tests.documents import pdfs

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm">'
    '<text y="20" font-family="Tinos Print">{}</text></svg>'
)


def test_fetcher_opens_fonts_and_drawings_only(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x", encoding="utf-8")
    fetcher = OnlyOurs({"one": SVG})
    assert fetcher.fetch(Face.BOLD.path.as_uri()).read()[:4] == b"\x00\x01\x00\x00"
    assert fetcher.fetch("drawing:one").read().startswith(b"<svg")
    for url in (
        secret.as_uri(),
        f"{Face.BOLD.path.parent.as_uri()}/../css/app.css",
        "https://example.com/",
        "data:text/plain,x",
        "drawing:two",
    ):
        with pytest.raises(ValueError, match="nothing but their fonts"):
            fetcher.fetch(url)


def test_document_shows_no_file_that_its_text_asks_for(tmp_path: Path) -> None:
    other = tmp_path / "other.svg"
    other.write_text(SVG.format("Bí mật"), encoding="utf-8")
    html = f'<p>Trước</p><img src="{other.as_uri()}"><img src="drawing:ours"><p>Sau</p>'
    pdf = write_pdf(html, [named_stylesheet("fonts.css")], drawings={"ours": SVG.format("Hình")})
    assert pdfs.text(pdf) == "Trước Hình Sau"


def test_same_text_gives_the_same_bytes() -> None:
    styles = [named_stylesheet("fonts.css"), named_stylesheet("base.css")]
    assert write_pdf("<p>Bằng khen</p>", styles) == write_pdf("<p>Bằng khen</p>", styles)


def test_documents_set_in_several_threads_are_the_same() -> None:
    styles = [named_stylesheet("fonts.css"), named_stylesheet("base.css")]
    pages = [f"<p>Bằng khen số {n}</p>" for n in range(8)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda page: write_pdf(page, styles), pages))
    assert together == [write_pdf(page, styles) for page in pages]
