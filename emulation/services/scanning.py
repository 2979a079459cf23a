"""Asks an outside virus scanner, ClamAV's clamd, about a file before it is taken in. Fails closed."""

from __future__ import annotations

from datetime import datetime
from typing import IO, BinaryIO, cast

from clamav_client.clamd import BufferTooLongError, ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from sqlalchemy.orm import Session

from emulation.errors import Invalid
from emulation.models import Sheet
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.words import N_

PATIENCE = 60  # seconds for one answer
UNREACHABLE = N_(
    "Chưa kiểm tra được vi-rút cho tệp “%(name)s” nên chưa nhận tệp: chương trình quét không trả lời. Hãy thử lại sau"
    " ít phút; nếu vẫn vậy, báo bộ phận kỹ thuật."
)


class Infected(Invalid):
    """The scanner has found something: `name` of the file and what it is called."""

    def __init__(self, name: str, virus: str) -> None:
        super().__init__(
            N_("Tệp “%(name)s” có mã độc (%(virus)s), không nhận. Hãy quét vi-rút máy tính đã tạo tệp này."),
            "files",
            name=name,
            virus=virus,
        )
        self.name = name
        self.virus = virus


class Unscanned(Invalid):
    """The scanner did not answer: 503, beside the file."""

    status = 503


def scanner_at(address: str) -> ClamdNetworkSocket | ClamdUnixSocket:
    """The scanner of the setting `clamd`.

    Raises:
        ValueError: neither unix:/path nor tcp:host:port.
    """
    kind, _, place = address.partition(":")
    host, _, port = place.rpartition(":")
    if kind == "unix" and place:
        return ClamdUnixSocket(path=place, timeout=PATIENCE)
    if kind == "tcp" and host and port.isascii() and port.isdigit():
        return ClamdNetworkSocket(host=host.strip("[]"), port=int(port), timeout=PATIENCE)
    raise ValueError(f"EMULATION_CLAMD: unix:/path/to/socket or tcp:host:port, not {address!r}")


def scan(address: str, file: IO[bytes], name: str) -> None:
    """Send an open file to the scanner. It is left at its start.

    Raises:
        Infected: the scanner has found something.
        Unscanned: it cannot be reached, breaks off, or gives no clear answer.
    """
    file.seek(0)
    try:
        answers = scanner_at(address).instream(cast(BinaryIO, file))
    except BufferTooLongError as error:
        raise Unscanned(
            N_("Tệp “%(name)s” lớn hơn mức mà chương trình quét vi-rút nhận. Hãy báo bộ phận kỹ thuật."),
            "files",
            name=name,
        ) from error
    except (ClamdError, OSError) as error:
        raise Unscanned(UNREACHABLE, "files", name=name) from error
    finally:
        file.seek(0)
    status, virus = answers.get("stream", ("", None))
    if status == "FOUND":
        raise Infected(name, virus or "?")
    if status != "OK":
        raise Unscanned(UNREACHABLE, "files", name=name)


def record_infected(db: Session, actor: Actor, sheet: Sheet, found: Infected, *, now: datetime) -> None:
    """Keep in the history that a file was refused, after its transaction was rolled back."""
    record(
        db,
        actor,
        "refuse_infected",
        sheet,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        new={"file_name": found.name, "virus": found.virus},
    )
