"""Files under their SHA-256, outside the web root: written once, never overwritten, compared before they are read."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

from emulation.errors import Missing, WrongState
from emulation.models import Evidence, EvidenceRevision, SignedScan
from emulation.words import N_

CHUNK = 1024 * 1024
INCOMING = "incoming-"  # how the name of an unfinished file begins


def path_of(folder: Path, sha256: str) -> Path:
    """Where the content with this hash lies."""
    return folder / sha256[:2] / sha256


def store_file(folder: Path, content: bytes | IO[bytes]) -> str:
    """Write a file under its SHA-256, whole or not at all, and give the hash. What is there is never overwritten."""
    source = BytesIO(content) if isinstance(content, bytes) else content
    source.seek(0)
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=folder, prefix=INCOMING)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        sha256 = digest.hexdigest()
        _put(folder, written, sha256)
        return sha256
    finally:
        written.unlink(missing_ok=True)


def store_written(folder: Path, written: Path) -> str:
    """As `store_file` for a file that lies in the folder already: it gets a second name instead of a copy.

    The first name stays, so that nothing is lost if the transaction that follows fails.
    """
    with written.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    _put(folder, written, sha256)
    return sha256


def _put(folder: Path, written: Path, sha256: str) -> None:
    final = path_of(folder, sha256)
    if final.exists():
        return
    final.parent.mkdir(exist_ok=True)
    try:
        os.link(written, final)
    except FileExistsError:  # somebody else was faster with the same content
        return
    except OSError:  # a file system without second names: a copy that appears whole
        handle, name = tempfile.mkstemp(dir=folder, prefix=INCOMING)
        os.close(handle)
        shutil.copyfile(written, name)
        Path(name).replace(final)
    final.chmod(0o440)
    handle = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def whole_file(folder: Path, evidence: Evidence | EvidenceRevision | SignedScan) -> Path:
    """The stored file, after its content was compared with the hash it was submitted under.

    Raises:
        Missing: the file is not on this server, or the evidence is a link.
        WrongState: its content is another one now.
    """
    sha256 = evidence.sha256
    if sha256 is None:
        assert isinstance(evidence, Evidence)
        raise Missing(N_("Minh chứng “%(title)s” là một đường dẫn, không có tệp để tải."), title=evidence.title)
    path = path_of(folder, sha256)
    with _named(evidence.file_name), path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise WrongState(
            N_(
                "Tệp “%(name)s” trên máy chủ không còn đúng bản đã tải lên (mã SHA-256 khác). Hãy báo bộ phận kỹ thuật."
            ),
            name=evidence.file_name,
        )
    return path


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(N_("Không tìm thấy tệp “%(name)s” trên máy chủ. Hãy báo bộ phận kỹ thuật."), name=name) from error
