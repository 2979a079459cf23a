"""Write the lock files anew with the newest allowed releases: `make lock`, by hand, with the network.

Each package is fixed by name, version and hash, for Python 3.11 and newer on any platform; no file names the
place it was fetched from. uv is fetched into a temporary environment, it is no dependency of the project.
"""

import os
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock` from pyproject.toml. Install: pip install --require-hashes -r {name}\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        subprocess.run([f"{folder}/bin/pip", "install", "--quiet", "uv"], check=True)
        uv = f"{folder}/bin/uv"
        write(uv, "requirements.lock", "--extra", "build")
        write(uv, "requirements-dev.lock", "--extra", "dev", "--constraints", "requirements.lock")


def write(uv: str, name: str, *options: str) -> None:
    """Resolve pyproject.toml with the given extras into the lock file of that name."""
    command = [
        uv,
        "pip",
        "compile",
        "pyproject.toml",
        *options,
        "--output-file",
        name,
        "--quiet",
        "--upgrade",
    ]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--only-binary", ":all:"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"]
    # uv reads its own names for what pip users have set.
    environment = dict(os.environ)
    if index := os.environ.get("PIP_INDEX_URL"):
        environment.setdefault("UV_DEFAULT_INDEX", index)
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    path = ROOT / name
    path.write_text(HEADER.format(name=name) + path.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
