"""All evidence of a sheet as one PDF: an index in the order of the criteria, then the documents, with bookmarks."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf

from emulation.documents.evidence_files import size_of_picture
from emulation.documents.evidence_folder import Document, EvidenceFolder
from emulation.documents.evidence_zip import trouble_with
from emulation.documents.pdf import Picture, named_stylesheet, stylesheet, write_pdf
from emulation.documents.typesetting import fill

STYLES = ("fonts.css", "base.css", "evidence_index.css")
AT_ONCE = 64  # documents that are open at the same time
MOST_PAGES = 3000  # of one document; one that claims more is listed instead
MOST_PIXELS = 60_000_000
PICTURES = ("image/png", "image/jpeg")
RUNS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")  # actions that a reader must not meet in a bundle


@dataclass(frozen=True)
class Placed:
    """Where a document stands in the bundle: its first page and how many; or why it is not there."""

    first: int = 0
    pages: int = 0
    reason: str = ""


class LeftOut(Exception):
    """A document that cannot be bundled; the text says why."""


def write_book(folder: EvidenceFolder, out: Path) -> tuple[int, int]:
    """Write the bundle; gives its pages and how many documents are only listed."""
    with tempfile.TemporaryDirectory(dir=out.parent) as place:
        documents = list(_once(folder))
        placed, batches, pages = _batches(documents, Path(place))
        index = _index(folder, placed, 1)
        count = _pages(index)
        index = _index(folder, placed, count + 1)
        if _pages(index) != count:  # longer numbers took another page
            count = _pages(index)
            index = _index(folder, placed, count + 1)
        with ExitStack() as opened:
            book = opened.enter_context(pikepdf.Pdf.open(BytesIO(index)))
            count = len(book.pages)
            for batch in batches:
                book.pages.extend(opened.enter_context(pikepdf.Pdf.open(batch)).pages)
            _bookmarks(book, folder, placed, count)
            book.docinfo["/Title"] = f"Minh chứng, {folder.unit}, {folder.period}"
            book.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return count + pages, sum(bool(one.reason) for one in placed.values())


def _once(folder: EvidenceFolder) -> Iterator[Document]:
    """Each document once, where it is cited first."""
    seen: set[int] = set()
    for chapter in folder.chapters:
        for document, _ in chapter.cited:
            if id(document) not in seen:
                seen.add(id(document))
                yield document


def _batches(documents: Sequence[Document], place: Path) -> tuple[dict[int, Placed], list[Path], int]:
    """The documents joined in files of `AT_ONCE` each; where each stands, counted from 0."""
    placed: dict[int, Placed] = {}
    batches: list[Path] = []
    pages = 0
    for start in range(0, len(documents), AT_ONCE):
        with ExitStack() as opened:
            joined = opened.enter_context(pikepdf.Pdf.new())
            for document in documents[start : start + AT_ONCE]:
                try:
                    source = opened.enter_context(_open(document))
                    before = len(joined.pages)
                    joined.pages.extend(source.pages)
                    for page in list(joined.pages)[before:]:
                        _disarm(page)
                except LeftOut as error:
                    placed[id(document)] = Placed(reason=str(error))
                except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
                    del joined.pages[before:]
                    placed[id(document)] = Placed(reason="PDF bị hỏng, không ghép được")
                else:
                    count = len(joined.pages) - before
                    placed[id(document)] = Placed(pages, count)
                    pages += count
            if len(joined.pages):
                batch = place / f"{start}.pdf"
                joined.save(batch)
                batches.append(batch)
    return placed, batches, pages


def _open(document: Document) -> pikepdf.Pdf:
    """The document as a PDF.

    Raises:
        LeftOut: it is a link, no PDF and no picture, encrypted, broken, endless, or not as it was.
    """
    if document.url:
        raise LeftOut("Đường dẫn, xem trên mạng")
    path = document.path
    trouble = trouble_with(path) if path else "Không có tệp"
    if path is None or trouble:
        raise LeftOut(trouble)
    if document.media_type in PICTURES:
        return pikepdf.Pdf.open(BytesIO(_picture_page(path, document.media_type)))
    if document.media_type != "application/pdf":
        raise LeftOut("Không phải PDF, xem trong tệp ZIP")
    try:
        source = pikepdf.Pdf.open(path)
    except pikepdf.PasswordError as error:
        raise LeftOut("PDF có mật khẩu, không ghép được") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise LeftOut("PDF bị hỏng, không ghép được") from error
    try:
        count = len(source.pages)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        source.close()
        raise LeftOut("PDF bị hỏng, không ghép được") from error
    if not 0 < count <= MOST_PAGES:
        source.close()
        raise LeftOut("PDF không có trang nào" if not count else f"PDF có hơn {MOST_PAGES} trang")
    return source


def _disarm(page: pikepdf.Page) -> None:
    """Take out what would run when the page is opened or clicked."""
    if "/AA" in page.obj:
        del page.obj["/AA"]
    notes = page.obj.get("/Annots")
    if isinstance(notes, pikepdf.Array):
        for i in reversed(range(len(notes))):
            note = notes[i]
            action = note.get("/A") if isinstance(note, pikepdf.Dictionary) else None
            runs = isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in RUNS
            if runs or not isinstance(note, pikepdf.Dictionary) or "/AA" in note:
                del notes[i]


# ---- pictures ----


def _picture_page(path: Path, media_type: str) -> bytes:
    try:
        with path.open("rb") as file:
            width, height = size_of_picture(file, media_type)
    except (ValueError, struct.error) as error:
        raise LeftOut("Ảnh bị hỏng, không ghép được") from error
    if not width or not height or width * height > MOST_PIXELS:
        raise LeftOut("Ảnh quá lớn, không ghép được")
    turned = "landscape" if width > height else "portrait"
    css = f"@page {{ size: A4 {turned}; margin: 12mm }} body {{ margin: 0; text-align: center }} "
    room = "width: 273mm; height: 184mm" if width > height else "width: 186mm; height: 271mm"
    css += f"img {{ {room}; object-fit: contain }}"
    html = '<!DOCTYPE html><html lang="vi"><title>Ảnh</title><body><img src="drawing:picture" alt=""></body></html>'
    return write_pdf(html, [stylesheet(css)], drawings={"picture": Picture(path.read_bytes(), media_type)})


# ---- index and bookmarks ----


def _index(folder: EvidenceFolder, placed: dict[int, Placed], first: int) -> bytes:
    rows = [
        (chapter, [(document, place, placed[id(document)]) for document, place in chapter.cited])
        for chapter in folder.chapters
    ]
    html = fill("evidence_index.html", folder=folder, chapters=rows, first=first)
    return write_pdf(html, [named_stylesheet(name) for name in STYLES])


def _pages(content: bytes) -> int:
    with pikepdf.Pdf.open(BytesIO(content)) as opened:
        return len(opened.pages)


def _bookmarks(book: pikepdf.Pdf, folder: EvidenceFolder, placed: dict[int, Placed], count: int) -> None:
    with book.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Mục lục", 0))
        for chapter in folder.chapters:
            there = [(one, placed[id(one)]) for one, _ in chapter.cited if not placed[id(one)].reason]
            if there:
                title = f"{chapter.code} {chapter.title}".strip()
                item = pikepdf.OutlineItem(title, count + there[0][1].first)
                for document, where in there:
                    name = f"{document.code} {document.title}".strip()
                    item.children.append(pikepdf.OutlineItem(name, count + where.first))
                item.is_closed = True
                outline.root.append(item)
