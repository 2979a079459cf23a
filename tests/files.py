"""Small files of every kind that evidence may be, and of kinds that it may not, made in memory."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

import pikepdf

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Size 4/Root 1 0 R>>\n%%EOF\n"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffd9")  # no pixel, but a size
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)  # DOC, XLS, PPT of old
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
TEXT = b"Bao cao 412, khong phai PDF"


def png() -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    )


def packed(members: dict[str, bytes]) -> bytes:
    """A zip file of these members, in this order; a member named mimetype is stored as it is."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def ooxml(kind: str, part: str, *extra: str) -> bytes:
    """A document of Office: `kind` is the content type of its main part, `extra` names more parts."""
    types = f'<Types><Override PartName="/{part}" ContentType="{kind}"/></Types>'
    return packed({"[Content_Types].xml": types.encode(), part: b"<a/>", **dict.fromkeys(extra, b"x")})


_OFFICE = "application/vnd.openxmlformats-officedocument."
WORD_MAIN = f"{_OFFICE}wordprocessingml.document.main+xml"
DOCX = ooxml(WORD_MAIN, "word/document.xml")
XLSX = ooxml(f"{_OFFICE}spreadsheetml.sheet.main+xml", "xl/workbook.xml")
PPTX = ooxml(f"{_OFFICE}presentationml.presentation.main+xml", "ppt/presentation.xml")
DOCM = ooxml("application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml", "word/vbaProject.bin")
HIDDEN_MACRO = ooxml(WORD_MAIN, "word/document.xml", "word/vbaProject.bin")
ZIP = packed({"a.txt": b"a"})


def odf(kind: str, *extra: str) -> bytes:
    """A document of LibreOffice; `extra` names more parts."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return packed({"mimetype": mimetype, "content.xml": b"<a/>", **dict.fromkeys(extra, b"x")})


def stuffed(document: bytes, name: str, content: bytes) -> bytes:
    """A packed document with one more part."""
    out = BytesIO(document)
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(name, content)
    return out.getvalue()


def locked() -> bytes:
    """A PDF with a password."""
    out = BytesIO()
    with pikepdf.Pdf.new() as made:
        made.add_blank_page()
        made.save(out, encryption=pikepdf.Encryption(user="x", owner="y"))
    return out.getvalue()


def overlapping() -> bytes:
    """A document whose directory names the same bytes twice."""
    out = BytesIO(DOCX)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/one.xml", bytes(100_000))
        twice = file.getinfo("word/one.xml")
        again = zipfile.ZipInfo("word/two.xml")
        again.header_offset, again.compress_size, again.file_size = twice.header_offset, twice.compress_size, 100_000
        again.CRC, again.compress_type = twice.CRC, twice.compress_type
        file.filelist.append(again)
        file.NameToInfo[again.filename] = again
    return out.getvalue()


def tight() -> bytes:
    """A small document of 70 MiB of zeros."""
    out = BytesIO(DOCX)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("word/zeros.xml", bytes(70 * 1024**2))
    return out.getvalue()


NESTED = ooxml(WORD_MAIN, "word/document.xml", "word/embeddings/more.zip")
PDF_AND_ZIP = PDF + ZIP
GIF_AND_SCRIPT = b"GIF89a/*" + bytes(10) + b"*/=1;alert(1)"
HTML_THEN_PDF = b"<html><script>alert(1)</script>" + PDF
JPEG_THEN_PHP = JPEG + b"<?php system($_GET['c']); ?><script>alert(1)</script>"


ODT, ODS, ODP = odf("text"), odf("spreadsheet"), odf("presentation")
ODT_MACRO = odf("text", "Basic/Standard/Module1.xml")


def bomb() -> bytes:
    """A small document whose directory says that it unpacks to more than a gigabyte."""
    out = BytesIO(DOCX)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/big.xml", bytes(1024))
        file.getinfo("word/big.xml").file_size = 1100 * 1024 * 1024  # written with the directory, on closing
    return out.getvalue()
