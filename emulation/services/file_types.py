"""What an evidence file is, by its content and never by its name alone. DESIGN 9."""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import IO

import puremagic

from emulation.documents.evidence_files import opens
from emulation.errors import Invalid
from emulation.words import N_, Phrase

HEAD = 4096  # bytes that a signature is looked for in
LONGEST_NAME = 150
LARGEST_UNPACKED = 1024**3  # bytes a packed document may claim to hold
HONEST_UNPACKED = 64 * 1024**2  # bytes that no one asks about
TIGHTEST = 200  # times smaller than unpacked; the XML of a large sheet reaches about 50
MOST_MEMBERS = 20_000
ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".jar", ".exe")
LARGEST_LIST = 1024**2  # bytes read of [Content_Types].xml


@dataclass(frozen=True)
class FileType:
    """An allowed kind of file. `icon` is a kind of ui.evidence_icon; `is_shown`: browsers show it themselves."""

    media_type: str
    name: str
    endings: tuple[str, ...]
    icon: str
    is_shown: bool = False


PDF = FileType("application/pdf", "PDF", (".pdf",), "pdf", is_shown=True)
PNG = FileType("image/png", "PNG", (".png",), "image", is_shown=True)
JPEG = FileType("image/jpeg", "JPEG", (".jpg", ".jpeg"), "image", is_shown=True)
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
DOCX = FileType(f"{_OOXML}wordprocessingml.document", "DOCX", (".docx",), "word")
XLSX = FileType(f"{_OOXML}spreadsheetml.sheet", "XLSX", (".xlsx",), "excel")
PPTX = FileType(f"{_OOXML}presentationml.presentation", "PPTX", (".pptx",), "text")
ODT = FileType(f"{_ODF}text", "ODT", (".odt",), "word")
ODS = FileType(f"{_ODF}spreadsheet", "ODS", (".ods",), "excel")
ODP = FileType(f"{_ODF}presentation", "ODP", (".odp",), "text")
ALL = (PDF, PNG, JPEG, DOCX, XLSX, PPTX, ODT, ODS, ODP)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in ALL}
ENDINGS = tuple(ending for kind in ALL for ending in kind.endings)
SIGNATURES = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
PACKED = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
PACKED_PICTURES = (".emz", ".wmz", ".svgz")  # what Office packs itself
BROKEN = N_("Tệp “%(name)s” bị hỏng, không mở được. Hãy mở và lưu lại rồi tải lên.")
_CONTENT_TYPE = re.compile(rb"ContentType\s*=\s*[\"']([^\"']{1,200})[\"']")


def type_of(file: IO[bytes], name: str) -> FileType:
    """The kind of an open file, whose name must end accordingly. The file is left at its start.

    Raises:
        Invalid: empty, of no allowed kind, with macros, or not what its name says; `field` is "files".
    """
    file.seek(0)
    head = file.read(HEAD)
    try:
        if not head:
            raise Invalid(N_("Tệp “%(name)s” trống (0 byte)."), "files", name=name)
        kind = _by_content(file, head, name)
    finally:
        file.seek(0)
    ending = ending_of(name)
    if ending not in kind.endings:
        raise Invalid(
            N_("Tệp “%(name)s” có nội dung là %(kind)s, không khớp với tên tệp. Kiểm tra lại tệp hoặc đặt lại tên."),
            "files",
            name=name,
            kind=kind.name,
        )
    return kind


def _by_content(file: IO[bytes], head: bytes, name: str) -> FileType:
    found = {match.mime_type for match in _matches(head)}
    for signature, kind in SIGNATURES:
        if head.startswith(signature) and kind.media_type in found:
            if zipfile.is_zipfile(file):
                raise Invalid(
                    N_("Tệp “%(name)s” vừa là %(kind)s vừa là tệp nén, không nhận. Hãy xuất lại tệp rồi tải lên."),
                    "files",
                    name=name,
                    kind=kind.name,
                )
            if not opens(file, kind.media_type):
                raise Invalid(BROKEN, "files", name=name)
            return kind
    if head.startswith(b"PK\x03\x04"):
        packed = _in_zip(file, name)
        if packed is not None:
            return packed
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid(
            N_("Tệp “%(name)s” ở định dạng Office cũ (DOC, XLS, PPT). Hãy lưu lại thành DOCX, XLSX, PPTX hoặc PDF."),
            "files",
            name=name,
        )
    raise Invalid(
        N_("Tệp “%(name)s” không thuộc loại được nhận: %(allowed)s."),
        "files",
        name=name,
        allowed=", ".join(kind.name for kind in ALL),
    )


def _matches(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(head))
    except puremagic.PureError:  # how it says that it knows nothing
        return []


def _in_zip(file: IO[bytes], name: str) -> FileType | None:
    """The kind of a packed document, from its list of parts; only that list and the first bytes of pictures, sounds
    and films are unpacked.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
            if _is_bomb(members, file.seek(0, os.SEEK_END)):
                raise Invalid(N_("Tệp “%(name)s” nén bất thường (mở ra quá lớn), không nhận."), "files", name=name)
            if any(".." in member.filename.replace("\\", "/").split("/") for member in members):
                raise Invalid(BROKEN, "files", name=name)
            if any(ending_of(member.filename) in ARCHIVES or _is_archive(packed, member) for member in members):
                raise Invalid(N_("Tệp “%(name)s” chứa tệp nén bên trong, không nhận."), "files", name=name)
            names = {member.filename for member in members}
            if "[Content_Types].xml" in names:
                with packed.open("[Content_Types].xml") as part:
                    kinds = [
                        found.decode("ascii", "replace") for found in _CONTENT_TYPE.findall(part.read(LARGEST_LIST))
                    ]
                has_macros = any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in kinds)
                has_macros = has_macros or any(member.lower().endswith("vbaproject.bin") for member in names)
                kind = next((one for one in (DOCX, XLSX, PPTX) if f"{one.media_type}.main+xml" in kinds), None)
            elif members and members[0].filename == "mimetype":
                with packed.open(members[0]) as part:
                    kind = BY_MEDIA_TYPE.get(part.read(100).decode("ascii", "replace").strip())
                has_macros = any(member.startswith(("Basic/", "Scripts/")) for member in names)
            else:
                return None
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        UnicodeError,
        OSError,
        ValueError,
    ) as error:
        raise Invalid(BROKEN, "files", name=name) from error
    if has_macros:
        raise Invalid(
            N_("Tệp “%(name)s” có chứa macro, không nhận. Hãy lưu lại thành tệp không có macro hoặc PDF."),
            "files",
            name=name,
        )
    return kind


def _is_archive(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether a part that should be a picture, a sound or a film is an archive by its first bytes."""
    folders = member.filename.lower().split("/")[:-1]
    if not {"media", "pictures"} & set(folders) or ending_of(member.filename) in PACKED_PICTURES:
        return False
    with packed.open(member) as part:
        head = part.read(265)
    return head.startswith(PACKED) or head[257:262] == b"ustar"


def _is_bomb(members: list[zipfile.ZipInfo], size: int) -> bool:
    """Whether a packed file claims more than an honest one can hold: too much, too tightly, or the same bytes twice.

    `size` is that of the whole file in bytes. Only the directory is looked at.
    """
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED:
        return True
    if unpacked > HONEST_UNPACKED and unpacked > TIGHTEST * size:
        return True
    starts = [member.header_offset for member in members]
    return sum(member.compress_size for member in members) > size or len(set(starts)) < len(starts)


def ending_of(name: str) -> str:
    """ ".pdf" of "Báo cáo.PDF"; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def clean_name(raw: str) -> str:
    """The name of an uploaded file without folders, control characters and what file systems refuse; NFC, short."""
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C" and letter not in '<>:"|?*')
    name = " ".join(name.split())
    if name.lower() in ENDINGS:  # nothing but the ending
        return f"minh-chung{name}"
    name = name.strip(". ")
    ending = ending_of(name)
    stem = name[: len(name) - len(ending)] if ending else name
    return (stem[: LONGEST_NAME - len(ending)].strip(". ") or "minh-chung") + ending[:20]


def title_from(name: str) -> str:
    """A title for a document from its file name: "Bao_cao_412.pdf" -> "Bao cao 412"."""
    stem = name[: len(name) - len(ending_of(name))]
    return " ".join(stem.replace("_", " ").split())


def allowed_names() -> Phrase:
    """The allowed kinds in words."""
    return Phrase("%(kinds)s", {"kinds": ", ".join(kind.name for kind in ALL)})
