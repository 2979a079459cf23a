"""A criteria set from a file of any kind we write: what the file is, is decided by its content, never by its name."""

from __future__ import annotations

from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.normal_form import load_json
from emulation.domain.source import Problem, Problems
from emulation.words import N_, Phrase

BOM = b"\xef\xbb\xbf"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHERS = (  # how files begin that people take for the right one
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "GZIP"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def read_criteria_file(name: str, raw: bytes) -> CriteriaSet:
    """The criteria set in a file: a workbook, JSON (it begins with a brace) or YAML. `name` is for the sentence only.

    Raises:
        Problems: a file of another kind, or everything that is wrong in it, by line or by cell.
    """
    if raw.startswith((*ZIP, OLE)):
        from emulation.documents.criteria_xlsx_read import read_workbook  # openpyxl takes a fifth of a second

        return read_workbook(raw)
    kind = next((kind for start, kind in OTHERS if raw.startswith(start)), None)
    if kind is not None and (kind != "BMP" or b"\x00" in raw[:64]):
        raise Problems(
            [
                Problem(
                    Phrase(
                        N_("“%(name)s” là tệp %(kind)s; bộ tiêu chí là tệp XLSX, YAML hoặc JSON (UTF-8)."),
                        {"name": name, "kind": kind},
                    )
                )
            ]
        )
    if raw.removeprefix(BOM).lstrip().startswith(b"{"):
        return load_json(raw)
    return load(raw)
