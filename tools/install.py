"""Set the checkout up: `python3 tools/install.py run|dev|test`. `make` calls it before every command.

run   system libraries for PDF, .venv, the locked runtime packages, the `emulation` command, translations
dev   run + the locked tools: tests, lint, types
test  dev + a Chromium and poppler-utils for the browser and print tests

Standard library only, for it runs on a machine with nothing but Python. Each step is skipped when its stamp
in .venv says that it was done for these very lock files, so a second run takes a blink. As root, what the
system lacks is installed with apt; otherwise one line to type is printed and the exit status is 1.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
LEVELS = ("run", "dev", "test")
OLDEST = (3, 11)
MADE_FOR = f"{ROOT}\n{sys.version}\n"
START_BROWSER = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch(args=["--no-sandbox"]).close()
"""


def main(arguments: list[str]) -> int:
    """Bring the checkout to the level named in the first argument; 0 when it is there."""
    if sys.version_info < OLDEST:
        version = sys.version.split()[0]
        return fail(f"Python 3.11 or newer is needed, this is {version}; try: make PYTHON=python3.12")
    # Here, after the check above: these modules use syntax that an old Python cannot read.
    sys.path.insert(0, str(ROOT))
    from tools import system

    if len(arguments) != 1 or arguments[0] not in LEVELS:
        return fail("usage: python3 tools/install.py run|dev|test")
    level = arguments[0]

    missing = [] if environment_stands() else system.missing_for_venv()
    missing += system.missing_for_documents()
    if level == "test":
        missing += system.missing_for_tests(os_id=system.os_id())
    if missing and not install_packages(missing):
        return 1

    if not environment_stands():
        make_environment()
    install_locked("run")
    if level != "run":
        install_locked("dev")
    if level == "test" and system.chromium() is None and not install_playwright_browser():
        return 1
    compile_translations()
    return 0


def install_packages(packages: list[str]) -> bool:
    """Install Debian packages with apt as root, else name them in one line to type. True when installed."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        return not fail(f"missing from this system (by Debian's names of the packages): {names}")
    if os.geteuid() != 0:
        return not fail(f"missing from this system, type: sudo apt-get install -y {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing from apt: {names}")
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr, sep="", file=sys.stderr)
            return not fail(f"`{shlex.join(['apt-get', *command])}` failed with status {done.returncode}")
    return True


def environment_stands() -> bool:
    """Whether .venv was made here by the running Python: one that was moved or upgraded is made anew."""
    stamp = VENV / ".made-for"
    return PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == MADE_FOR


def make_environment() -> None:
    """Make .venv with the running Python."""
    say(f"making {VENV.name} with Python {sys.version.split()[0]}")
    # In a new process: the running one cannot see an ensurepip that apt has just installed.
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    (VENV / ".made-for").write_text(MADE_FOR, encoding="utf-8")


def install_locked(name: str) -> None:
    """Install one lock file by hash, and with the first the project; remember it by the files' digest."""
    lock = ROOT / LOCKS[name]
    # The settings of lint and tests, at the end of pyproject.toml, change nothing that is installed.
    project = (ROOT / "pyproject.toml").read_bytes().partition(b"\n[tool.")[0]
    digest = hashlib.sha256(lock.read_bytes() + project).hexdigest()
    stamp = VENV / f".installed-{name}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    say(f"installing {lock.name}")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    # Wheels only: a machine without a compiler fails here with a plain message, not in the middle of a build.
    run([*pip, "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)])
    if name == "run":
        run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    stamp.write_text(digest, encoding="utf-8")


def install_playwright_browser() -> bool:
    """Playwright's own Chromium, where the system has no package of one (Ubuntu). True when it starts."""
    stamp = VENV / ".installed-browser"
    if stamp.exists():
        return True
    say("installing Playwright's Chromium")
    playwright = [str(PYTHON), "-m", "playwright"]
    libraries = ["--with-deps"] if os.geteuid() == 0 else []
    if subprocess.run([*playwright, "install", *libraries, "chromium"]).returncode:
        return not fail("no Chromium for the browser tests; set EMULATION_CHROMIUM to the path of one")
    if subprocess.run([str(PYTHON), "-c", START_BROWSER], stderr=subprocess.DEVNULL).returncode:
        return not fail(f"Chromium lacks libraries, type: sudo {shlex.join(playwright)} install-deps chromium")
    stamp.touch()
    return True


def compile_translations() -> None:
    """Compile catalogues whose .po is newer than their .mo."""
    folder = ROOT / "emulation" / "translations"
    stale = [
        source
        for source in folder.glob("*/LC_MESSAGES/*.po")
        if not source.with_suffix(".mo").exists() or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]
    if stale:
        say("compiling translations")
        run([str(VENV / "bin" / "pybabel"), "--quiet", "compile", "--directory", str(folder)])


def run(command: list[str]) -> None:
    """Run a command of the set-up; end the set-up with its status if it fails."""
    done = subprocess.run(command, cwd=ROOT)
    if done.returncode:
        sys.exit(fail(f"`{shlex.join(command)}` failed with status {done.returncode}"))


def say(message: str) -> None:
    print(f"set-up: {message}", flush=True)


def fail(message: str) -> int:
    """Print one line on stderr; the exit status to return."""
    print(f"set-up: {message}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
