"""All evidence of a sheet as one ZIP, made while it is sent: no more of it is in memory than one chunk."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from emulation.documents.evidence_folder import Chapter, Document, EvidenceFolder, file_name, folder_name
from emulation.documents.xlsx_rows import write_row

CHUNK = 1024 * 1024
INDEX = "000 Mục lục minh chứng.xlsx"
HEAD = (
    "Tiêu chí", "Tên tiêu chí", "Mã minh chứng", "Tên văn bản", "Số, ký hiệu", "Ngày ban hành", "Cơ quan ban hành",
    "Trang, mục", "Tệp hoặc đường dẫn", "Ghi chú",
)  # fmt: skip
WIDTHS = (10, 36, 14, 44, 18, 13, 28, 14, 60, 36)


class Outgoing(io.RawIOBase):
    """Where the packer writes: what has come since it was last taken."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep the bytes until they are taken."""
        self._kept += data
        return len(data)

    def take(self) -> bytes:
        """What has come."""
        found = bytes(self._kept)
        self._kept.clear()
        return found


def stream_zip(folder: EvidenceFolder, *, made_at: datetime) -> Iterator[bytes]:
    """The bytes of the ZIP. A document lies once, in the folder of the criterion that cites it first in the order of
    the set; the index names it for each. The index comes last, since only then it is known what could be packed.
    """
    out = Outgoing()
    stamp = made_at.timetuple()[:6]
    places: dict[int, str] = {}  # a document (by identity) -> its path in the ZIP
    troubles: dict[int, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
        taken: set[str] = {INDEX.casefold()}
        for place, chapter in enumerate(folder.chapters, 1):
            for document, _ in chapter.cited:
                key = id(document)
                if document.path is None or key in places or key in troubles:
                    continue
                name = _free(f"{folder_name(place, chapter)}/{file_name(document)}", taken)
                trouble = trouble_with(document.path)
                if trouble:
                    troubles[key] = trouble
                else:
                    places[key] = name
                    yield from _pack(packed, out, name, document.path, stamp)
        info = zipfile.ZipInfo(INDEX, stamp)
        packed.writestr(info, index_workbook(folder, places, troubles))
        yield out.take()
    yield out.take()


def trouble_with(path: Path) -> str:
    """Why a stored file cannot be given out: it is not there, or no longer has the content its name, the hash, says."""
    if not path.is_file():
        return "Không tìm thấy tệp trên máy chủ"
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest() == path.name
    return "" if whole else "Tệp trên máy chủ không còn đúng bản đã tải lên"


def _pack(packed: zipfile.ZipFile, out: Outgoing, name: str, path: Path, stamp: Any) -> Iterator[bytes]:
    info = zipfile.ZipInfo(name, stamp)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, packed.open(info, "w") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            yield out.take()
    yield out.take()


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where another file of the ZIP has it: Windows knows no capital letters."""
    stem, dot, ending = name.rpartition(".")
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{stem} ({number}){dot}{ending}", number + 1
    taken.add(found.casefold())
    return found


def index_workbook(folder: EvidenceFolder, places: dict[int, str], troubles: dict[int, str]) -> bytes:
    """The index: one row for each citation, in the order of the criteria."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Mục lục"
    note = " (minh họa)" if folder.illustrative else ""
    write_row(sheet, 1, [f"Mục lục minh chứng, {folder.unit}, {folder.period}{note}"])
    write_row(sheet, 3, list(HEAD))
    row = 4
    for chapter in folder.chapters:
        for document, place in chapter.cited:
            where = document.url or places.get(id(document), "")
            note = troubles.get(id(document), "") or ("Đường dẫn" if document.url else "")
            write_row(sheet, row, [*_cells(chapter, document), place, where, note])
            row += 1
    for column, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A4"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(chapter: Chapter, document: Document) -> list[Any]:
    day = document.issued_on.strftime("%d/%m/%Y") if document.issued_on else ""
    return [chapter.code, chapter.title, document.code, document.title, document.number, day, document.issuer]
