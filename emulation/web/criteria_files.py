"""Criteria sets as files that come in and go out: one place for uploads, their problems, and downloads."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Response, request

from emulation.documents.criteria_content import Issuer
from emulation.documents.criteria_docx import annex_docx, booklet_docx
from emulation.documents.criteria_files import read_criteria_file
from emulation.documents.criteria_print import annex_pdf, booklet_pdf
from emulation.documents.criteria_xlsx import workbook
from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.normal_form import to_json, to_yaml
from emulation.domain.source import LARGEST_BYTES, Problem, Problems
from emulation.errors import Missing
from emulation.web import session as current
from emulation.web.display import show_phrase
from emulation.words import N_, Phrase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
# name in the address -> (ending, media type, words of the link)
FORMATS = {
    "xlsx": (".xlsx", XLSX, N_("Bảng tính Excel, sửa và nhập lại được")),
    "annex-docx": ("-phu-luc.docx", DOCX, N_("Phụ lục văn bản, Word")),
    "annex-pdf": ("-phu-luc.pdf", PDF, N_("Phụ lục văn bản, PDF")),
    "booklet-docx": ("-huong-dan.docx", DOCX, N_("Hướng dẫn chấm điểm, Word")),
    "booklet-pdf": ("-huong-dan.pdf", PDF, N_("Hướng dẫn chấm điểm, PDF")),
    "yaml": (".yaml", "application/yaml", N_("Tệp YAML, nhập lại được")),
    "json": (".json", "application/json", N_("Tệp JSON, nhập lại được")),
}


MAKERS: dict[str, Callable[[CriteriaSet], bytes]] = {
    "xlsx": workbook,
    "annex-docx": lambda criteria: annex_docx(criteria, issuer()),
    "annex-pdf": lambda criteria: annex_pdf(criteria, issuer()),
    "booklet-docx": lambda criteria: booklet_docx(criteria, issuer()),
    "booklet-pdf": lambda criteria: booklet_pdf(criteria, issuer()),
    "yaml": lambda criteria: to_yaml(criteria).encode(),
    "json": lambda criteria: to_json(criteria).encode(),
}


def issuer() -> Issuer:
    """Who sends the letter that the annex belongs to: the department of the settings."""
    return Issuer(department=current.settings().department)


def criteria_posted() -> CriteriaSet:
    """The set in the posted form: in the file, or in the text that a dry run has sent back.

    Raises:
        Problems: no file, or everything that is wrong with it.
    """
    text = request.form.get("text")
    return load(text) if text is not None else read_criteria_file(*file_posted())


def file_posted() -> tuple[str, bytes]:
    """Name and content of the posted file; of one that is too large only so much that its size is refused.

    Raises:
        Problems: no file was chosen.
    """
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Problems([Problem(Phrase(N_("Chọn một tệp.")))])
    return upload.filename, upload.stream.read(LARGEST_BYTES + 1)


def xlsx_file(content: bytes, name: str) -> Response:
    """A workbook to keep."""
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def problems_shown(problems: Problems) -> list[dict[str, str]]:
    """Every problem with its place: rows {where, what}."""
    return [
        {
            "where": show_phrase(Phrase(N_("dòng %(n)s"), {"n": one.line})) if one.line else "",
            "what": f"{one.place}: {show_phrase(one.phrase)}" if one.place else show_phrase(one.phrase),
        }
        for one in problems.problems
    ]


def download(criteria: CriteriaSet, name: str) -> Response:
    """The set as a file to keep.

    Raises:
        Missing: there is no such format.
    """
    if name not in FORMATS:
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    ending, media_type, _words = FORMATS[name]
    content = made(criteria, name)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{criteria.set}-{criteria.version}").strip("-.") or "bo-tieu-chi"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}{ending}"'
    return response


_kept: dict[tuple[str, str, str], bytes] = {}
KEPT_AT_ONCE = 16


def made(criteria: CriteriaSet, name: str) -> bytes:
    """The bytes of a format. Papers take seconds to set, so they are kept for the same content and department."""
    key = (criteria.sha256, name, current.settings().department)
    content = _kept.get(key)
    if content is None:
        content = MAKERS[name](criteria)
        if len(_kept) >= KEPT_AT_ONCE:
            _kept.clear()
        _kept[key] = content
    return content


def downloads() -> list[tuple[str, str]]:
    """(name in the address, words) of every format."""
    return [(name, show_phrase(words)) for name, (_ending, _type, words) in FORMATS.items()]
