"""What every command needs: sentences on stderr, files that may be missing or broken, the database."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from emulation.config import WrongSetting
from emulation.errors import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from emulation.domain.criteria import CriteriaSet

FILE = click.Path(dir_okay=False, path_type=Path)
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # turn the letters after them around


class Failed(click.ClickException):
    """An error for the person at the terminal: the sentence on stderr, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.message, err=True)


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal of the application becomes its sentence on stderr."""
    try:
        yield
    except Refusal as error:
        raise Failed(str(error)) from error


@contextmanager
def settled() -> Iterator[None]:
    """A setting that cannot be used becomes a sentence."""
    try:
        yield
    except WrongSetting as error:
        raise Failed(str(error)) from error


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """A file that cannot be opened or read becomes a sentence."""
    try:
        yield
    except OSError as error:
        reasons = {errno.ENOENT: "không có tệp này", errno.EACCES: "không có quyền đọc", errno.EISDIR: "là một thư mục"}
        raise Failed(f"{path}: không đọc được tệp ({reasons.get(error.errno or 0, error.strerror)}).") from error


def read_bytes(path: Path) -> bytes:
    """The bytes of a file the user named; of one that is too large only so many that its size is refused."""
    from emulation.domain.source import LARGEST_BYTES

    with opening(path), path.open("rb") as file:
        return file.read(LARGEST_BYTES + 1)


def read_criteria(path: Path) -> CriteriaSet:
    """A criteria set from a file (YAML, JSON or XLSX, by content); problems go to stderr with file and line or cell."""
    from emulation.documents.criteria_files import read_criteria_file
    from emulation.domain.source import Problems

    try:
        return read_criteria_file(path.name, read_bytes(path))
    except Problems as error:
        raise Failed("\n".join(located(path, problem) for problem in error.problems)) from error


def located(path: Path, problem: Any) -> str:
    """`file:line: sentence`, in one line."""
    line = getattr(problem, "line", None)
    where = f"{path}:{line}" if line else str(path)
    return one_line(f"{where}: {problem}")


def one_line(text: str) -> str:
    """In one line and without signs that a terminal would obey."""
    from emulation.domain.source import CONTROL

    return _DIRECTION.sub("\ufffd", CONTROL.sub("\ufffd", " ".join(text.split())))


def require_ending(path: Path, *endings: str) -> None:
    """Refuse a name under which people would expect another kind of file than is written."""
    if path.suffix.lower() not in endings:
        raise click.UsageError(f"--out: tên tệp phải kết thúc bằng {' hoặc '.join(endings)}.")


@contextmanager
def connected(*, creates: bool = False) -> Iterator[Engine]:
    """The engine of the configured database, which has answered; its connections are closed at the end.

    A file that is not there is made with `creates` only: a typing error must not look like an empty database.

    Raises:
        Failed: the address is no address, or nobody answers there, now or later. The address itself is not repeated:
            it may hold a password.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from emulation.config import settings_from
    from emulation.db import UNAVAILABLE, is_unavailable, make_engine

    try:
        url = make_url(settings_from().database_url)
        if url.get_backend_name() == "sqlite" and url.database and not creates and not Path(url.database).exists():
            raise Failed(
                f"Không có tệp cơ sở dữ liệu {url.database}: sửa EMULATION_DATABASE_URL,"
                " hoặc chạy `emulation db upgrade` để tạo mới."
            )
        engine = make_engine(settings_from().database_url)
        engine.connect().close()
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        raise Failed(f"Không mở được cơ sở dữ liệu ở EMULATION_DATABASE_URL: {reason}.") from error
    except OSError as error:
        raise Failed(f"Không mở được cơ sở dữ liệu ở EMULATION_DATABASE_URL: {error.strerror}.") from error
    except (SQLAlchemyError, ImportError) as error:
        raise Failed(
            "EMULATION_DATABASE_URL phải có dạng sqlite:///tệp hoặc postgresql+psycopg://người-dùng@máy-chủ/tên."
        ) from error
    try:
        yield engine
    except UNAVAILABLE as error:
        if not is_unavailable(error):
            raise
        reason = " ".join(str(getattr(error, "orig", error)).split())
        raise Failed(f"Cơ sở dữ liệu đang bận hoặc không trả lời, thử lại sau ít phút: {reason}.") from error
    finally:
        engine.dispose()


@contextmanager
def database(*, writes: bool = True) -> Iterator[Session]:
    """A session on the configured database; committed at the end. One that only reads keeps nobody from writing."""
    from emulation.db import make_sessions, writing
    from emulation.schema import current_revision

    with connected() as engine:
        if current_revision(engine) is None:
            raise Failed("Cơ sở dữ liệu chưa có bảng nào: chạy `emulation db upgrade` trước.")
        with make_sessions(engine)() as session, refusals():
            yield writing(session) if writes else session
            session.commit()


def find_period(session: Session, code: str) -> Any:
    """The period with this code."""
    from emulation.services.periods import load_period

    period = load_period(session, code)
    if period is None:
        raise Failed(f"Không có kỳ đánh giá “{code}”.")
    return period


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it, so that it is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise Failed(f"{path}: không ghi được ({error.strerror}).") from error
