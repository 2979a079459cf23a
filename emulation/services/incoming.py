"""Files on their way in: looked at, scanned, stored. None of it needs the database. DESIGN 9."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from emulation.services.file_types import FileType, clean_name, type_of
from emulation.services.quotas import MIB, TooLarge
from emulation.services.scanning import scan
from emulation.services.stored_files import store_file, store_written
from emulation.words import N_


@dataclass(frozen=True)
class Incoming:
    """A file that was looked at, scanned and stored under its hash; no row knows of it yet."""

    name: str
    kind: FileType
    size: int
    sha256: str


def check_file(file: IO[bytes], name: str, largest_mib: int) -> tuple[FileType, int]:
    """Kind and size in bytes of a file that may come in.

    Raises:
        TooLarge: above `largest_mib`.
        Invalid: see `type_of`.
    """
    size = file.seek(0, os.SEEK_END)
    if size > largest_mib * MIB:
        raise TooLarge(
            N_("Tệp “%(name)s” lớn %(size)s MB, vượt mức %(most)s MB cho một tệp."),
            "files",
            name=name,
            size=-(-size // MIB),
            most=largest_mib,
        )
    return type_of(file, name), size


def take_in(
    folder: Path, file: IO[bytes], file_name: str, *, largest_mib: int, clamd: str = "", written: Path | None = None
) -> Incoming:
    """Look at a file, have it scanned and store it. Needs no database, so that nobody waits for it.

    A file without a row harms nobody. With `written` the open file lies there, inside the folder, and is not copied.

    Raises:
        TooLarge, Invalid: see `check_file`.
        Infected, Unscanned: see `scan`.
    """
    name = clean_name(file_name)
    kind, size = check_file(file, name, largest_mib)
    if clamd:
        scan(clamd, file, name)
    sha256 = store_written(folder, written) if written else store_file(folder, file)
    return Incoming(name, kind, size, sha256)
