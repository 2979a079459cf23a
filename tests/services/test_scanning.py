"""The outside virus scanner: a real clamd with EICAR, and none at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation import create_app
from emulation.config import Settings
from emulation.models import History
from emulation.services.incoming import take_in
from emulation.services.scanning import UNREACHABLE, Infected, Unscanned, record_infected, scan, scanner_at
from tests import clamd, files
from tests.world import World


@pytest.fixture(scope="module")
def scanner() -> Iterator[str]:
    if clamd.program() is None:
        pytest.skip("no clamd on this system: tools/install.py test installs it")
    with clamd.scanning() as address:
        yield address


def infected() -> bytes:
    """A document that would be taken in, with the test virus inside."""
    return files.packed(
        {
            "[Content_Types].xml": (
                f'<Types><Override PartName="/word/document.xml" ContentType="{files.WORD_MAIN}"/></Types>'.encode()
            ),
            "word/document.xml": b"<a/>",
            "word/media/image1.png": clamd.EICAR,
        }
    )


def test_scanner_lets_a_clean_file_pass(scanner: str, tmp_path: Path) -> None:
    file = BytesIO(files.PDF)
    scan(scanner, file, "a.pdf")
    assert file.tell() == 0

    assert take_in(tmp_path, file, "a.pdf", largest_mib=1, clamd=scanner).size == len(files.PDF)


def test_scanner_finds_what_hides_in_a_document_and_nothing_is_stored(scanner: str, tmp_path: Path) -> None:
    with pytest.raises(Infected) as found:
        take_in(tmp_path, BytesIO(infected()), "Báo cáo.docx", largest_mib=1, clamd=scanner)

    assert str(found.value) == (
        "Tệp “Báo cáo.docx” có mã độc (Eicar-Test.UNOFFICIAL), không nhận. Hãy quét vi-rút máy tính đã tạo tệp này."
    )
    assert list(tmp_path.iterdir()) == []


def test_scanner_that_takes_no_such_size_refuses(scanner: str) -> None:
    with pytest.raises(Unscanned):
        scan(scanner, BytesIO(bytes(5 * 1024 * 1024)), "lon.pdf")


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.socket", "tcp:127.0.0.1:1"])
def test_scanner_that_does_not_answer_lets_nothing_pass(tmp_path: Path, address: str) -> None:
    with pytest.raises(Unscanned) as refused:
        take_in(tmp_path, BytesIO(files.PDF), "a.pdf", largest_mib=1, clamd=address)

    assert (refused.value.status, str(refused.value)) == (
        503,
        UNREACHABLE.replace("%(name)s", "a.pdf"),
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["clamd", "unix:", "tcp:localhost", "tcp:localhost:x", "/run/clamd"])
def test_scanner_at_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="EMULATION_CLAMD"):
        scanner_at(address)
    with pytest.raises(ValueError, match="EMULATION_CLAMD"):  # the program does not start
        create_app(Settings(clamd=address))


def test_infected_file_leaves_a_line_of_history(db: Session, world: World) -> None:
    found = Infected("a.docx", "Eicar-Test")
    record_infected(db, world.actor("unit_officer"), world.sheets["34"], found, now=datetime.now(UTC))
    db.flush()

    line = db.scalars(select(History).where(History.act == "refuse_infected")).one()
    assert (line.actor_name, line.new) == ("Unit officer", {"file_name": "a.docx", "virus": "Eicar-Test"})
