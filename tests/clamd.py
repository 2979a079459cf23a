"""A real clamd for the tests: in a temporary folder, on a Unix socket, with one signature of our own."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# the test file of EICAR that every scanner knows, put together here so that no scanner stops at this file
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PATIENCE = 20  # seconds


def program() -> str | None:
    """Where clamd is installed; None without it."""
    return shutil.which("clamd") or shutil.which("/usr/sbin/clamd")


@contextmanager
def scanning() -> Iterator[str]:
    """A clamd that knows EICAR; gives its address as the setting `clamd` takes it."""
    found = program()
    assert found is not None
    with tempfile.TemporaryDirectory(prefix="clamd-") as place:  # short: a socket's path has 107 letters at most
        folder = Path(place)
        (folder / "db").mkdir()
        signature = f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Eicar-Test\n"  # noqa: S324  # as clamd's files want it
        (folder / "db" / "own.hdb").write_text(signature, "ascii")
        (folder / "clamd.conf").write_text(
            f"DatabaseDirectory {folder / 'db'}\nLocalSocket {folder / 'socket'}\nTemporaryDirectory {folder}\n"
            "Foreground yes\nStreamMaxLength 4M\nMaxThreads 2\nConcurrentDatabaseReload no\n",
            "utf-8",
        )
        process = subprocess.Popen(
            [found, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(folder / "socket", process)
            yield f"unix:{folder / 'socket'}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(path: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(str(path))
            except OSError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(f"clamd does not answer (exit {process.poll()})")
