"""Whether a file can be opened at all, as far as that shows without drawing it: PDF, PNG, JPEG."""

from __future__ import annotations

import os
import struct
from typing import IO, BinaryIO, cast

import pikepdf

LARGEST_MENDED = 4 * 1024**2  # bytes of a damaged PDF that is looked through: two seconds; 48 MiB took most of a minute


def opens(file: IO[bytes], media_type: str) -> bool:
    """Whether an open PDF or picture is one behind its first bytes."""
    if media_type == "application/pdf":
        is_large = file.seek(0, os.SEEK_END) > LARGEST_MENDED
        return _opens_as_pdf(file, mend=False) or is_large or _opens_as_pdf(file, mend=True)
    try:
        return all(size_of_picture(file, media_type))
    except (ValueError, struct.error):
        return False


def _opens_as_pdf(file: IO[bytes], *, mend: bool) -> bool:
    """Whether it opens, or would with a password. Readers mend what many a program writes wrongly, such as offsets."""
    file.seek(0)
    try:
        with pikepdf.Pdf.open(cast(BinaryIO, file), attempt_recovery=mend) as source:
            return "/Root" in source.trailer
    except pikepdf.PasswordError:
        return True
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        return False


def size_of_picture(file: IO[bytes], media_type: str) -> tuple[int, int]:
    """Width and height in pixels as an open PNG or JPEG says; nothing is decoded.

    Raises:
        ValueError, struct.error: it does not say.
    """
    file.seek(0)
    if media_type == "image/png":
        head = file.read(24)
        if len(head) < 24 or head[12:16] != b"IHDR":
            raise ValueError("no IHDR")
        width, height = struct.unpack(">II", head[16:24])
        return int(width), int(height)
    file.seek(2)
    while True:
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise ValueError("no frame")
        if marker[1] == 0xFF:  # a filler
            file.seek(-1, 1)
            continue
        length = int.from_bytes(file.read(2), "big")
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">xHH", file.read(5))
            return int(width), int(height)
        if length < 2 or marker[1] in (0xD9, 0xDA):
            raise ValueError("no frame")
        file.seek(length - 2, 1)
