"""The set-up's own promises: what is locked, what is named, what is documented."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools import install, system

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def declared(requirements: list[str]) -> set[str]:
    """Names with their extras, without versions: `psycopg[binary]>=3.3` -> `psycopg[binary]`."""
    return {re.match(r"[\w.\[\]-]+", requirement)[0] for requirement in requirements}


def locked(name: str) -> dict[str, list[str]]:
    """Package -> its hashes, from a lock file."""
    packages: dict[str, list[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9.-]+)==", line):
            hashes = packages.setdefault(match[1], [])
        elif match := re.match(r"    --hash=(sha256:[0-9a-f]{64})", line):
            hashes.append(match[1])
        else:
            assert line.startswith("#"), line
    return packages


@pytest.mark.parametrize("name", LOCKS)
def test_lock_fixes_each_package_by_hash_and_names_no_host(name):
    assert [package for package, hashes in locked(name).items() if not hashes] == []
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_lock_holds_what_the_project_declares():
    wanted = declared(PROJECT["dependencies"])
    tools = declared(PROJECT["optional-dependencies"]["dev"])
    assert {name.partition("[")[0] for name in wanted} - set(locked("requirements.lock")) == set()
    assert tools - set(locked("requirements-dev.lock")) == set()


def test_lock_gives_both_files_the_same_versions():
    pins = [set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS]
    backend = {pin for pin in pins[0] if pin.startswith("flit-core==")}
    assert pins[0] - pins[1] == backend


def test_dependencies_page_has_one_line_for_each():
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \|", page, re.MULTILINE)
    named = [name for row in rows if row not in {"library", "---"} for name in row.split(", ")]
    extras = PROJECT["optional-dependencies"]
    assert sorted(named) == sorted(declared(PROJECT["dependencies"]) | declared(extras["dev"]) | {"flit-core"})


def test_makefile_lists_the_commands():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^(\w+):.*## ", makefile, re.MULTILINE) == [
        *("install", "demo", "run", "test", "check", "fix", "docs", "bench", "lock")
    ]


@pytest.mark.parametrize(("given", "expected"), [([], r"(/usr/bin/)?python3"), (["PYTHON=python3.12"], r"python3\.12")])
def test_makefile_takes_a_python_that_is_new_enough_or_the_one_it_is_told(given, expected):
    alone = {"PATH": os.environ["PATH"]}  # without what a `make test` around this one hands on
    said = subprocess.check_output(["make", "-n", "install", *given], cwd=ROOT, env=alone, text=True)
    python = said.split()[0]
    assert re.fullmatch(expected, python)
    if python.startswith("/"):
        subprocess.run([python, "-c", "import ensurepip, sys; assert sys.version_info >= (3, 11)"], check=True)


def test_system_names_the_packages_of_libraries_that_do_not_load():
    assert system.missing_libraries({"libnowhere.so.9": "libnowhere9", "libc.so.6": "libc6"}) == ["libnowhere9"]


def test_system_names_chromium_and_poppler_when_the_path_has_neither(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("EMULATION_CHROMIUM", raising=False)
    assert system.missing_for_tests(os_id="debian") == ["chromium-headless-shell", "poppler-utils"]
    assert system.missing_for_tests(os_id="ubuntu") == ["poppler-utils"]


def test_system_does_not_count_the_snap_as_chromium(monkeypatch, tmp_path):
    command = tmp_path / "chromium-browser"
    command.write_text("#!/bin/sh\nexec /snap/bin/chromium\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("EMULATION_CHROMIUM", raising=False)
    assert system.chromium() is None


def test_install_names_missing_packages_in_one_line_without_apt(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not install.install_packages(["libpango-1.0-0", "chromium"])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "libpango-1.0-0 chromium" in captured.err


def test_install_refuses_an_unknown_level(capsys):
    assert install.main(["everything"]) == 1
    assert "usage" in capsys.readouterr().err
