"""What the operating system must supply, and whether it does. Standard library only: it runs first."""

import ctypes
import importlib.util
import os
import shutil
import sys
from pathlib import Path

# The names WeasyPrint opens at import, so that "present" here means "imports there".
PANGO_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
# Playwright's driver is a Node.js that needs this one.
PLAYWRIGHT_LIBRARIES = {"libatomic.so.1": "libatomic1"}
# The first is the browser without its window, which takes a good third less of the processor.
CHROMIUM_COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


def chromium() -> str | None:
    """Path of the Chromium for browser tests and screenshots, or None: then Playwright's own is the one.

    EMULATION_CHROMIUM overrides the search. On Ubuntu the `chromium` command is a snap, which a container
    cannot start and Playwright not drive, so it does not count.
    """
    chosen = os.environ.get("EMULATION_CHROMIUM")
    if chosen:
        return chosen
    for command in CHROMIUM_COMMANDS:
        path = shutil.which(command)
        if path and "/snap/" not in str(Path(path).resolve()) and not _is_snap_wrapper(Path(path)):
            return path
    return None


def _is_snap_wrapper(path: Path) -> bool:
    """Whether the command is Ubuntu's small shell script that hands over to snap."""
    if path.stat().st_size > 10_000:
        return False
    return b"/snap/" in path.read_bytes()


def missing_for_venv() -> list[str]:
    """Debian packages without which `python3 -m venv` cannot make an environment with pip."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return []
    return [f"python3.{sys.version_info.minor}-venv"]


def missing_for_documents() -> list[str]:
    """Debian packages without which WeasyPrint cannot be imported."""
    return missing_libraries(PANGO_LIBRARIES)


def missing_libraries(libraries: dict[str, str]) -> list[str]:
    """The packages of those shared libraries (library: package) that the system cannot load."""
    missing = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def missing_for_tests(*, os_id: str) -> list[str]:
    """Debian packages that the tests drive: Chromium for pages, poppler-utils to read printed PDFs, a virus scanner.

    On Ubuntu Chromium is not among them: there is no such package, see `chromium`.
    """
    missing = missing_libraries(PLAYWRIGHT_LIBRARIES)
    if os_id != "ubuntu" and chromium() is None:
        missing.append("chromium-headless-shell")
    if shutil.which("pdftotext") is None:
        missing.append("poppler-utils")
    if shutil.which("clamd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") is None:
        missing.append("clamav-daemon")
    return missing


def os_id() -> str:
    """`debian`, `ubuntu`, ... as os-release says it; empty where it does not say."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key == "ID":
            return value.strip('"')
    return ""
