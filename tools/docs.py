"""Writes what is generated in the docs anew: `python -m tools.docs` (`make docs`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tools import layers, permissions, screenshots

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PERMISSIONS = ROOT / "docs" / "permissions.md"


def blocks() -> dict[str, str]:
    """The generated blocks of docs/architecture.md by name."""
    return {"layers": layers.as_markdown()}


def with_blocks(page: str, made: dict[str, str]) -> str:
    """The page with each block between its two marks replaced.

    Raises:
        ValueError: a block has no place in the page.
    """
    for name, text in made.items():
        begin, end = f"<!-- {name}: made by make docs -->", f"<!-- end of {name} -->"
        before, opened, rest = page.partition(begin + "\n")
        _, closed, after = rest.partition(end)
        if not closed:
            raise ValueError(f"the page has no block {name}")
        page = before + opened + text + closed + after
    return page


def write_pages() -> None:
    """Write the generated pages and blocks."""
    ARCHITECTURE.write_text(with_blocks(ARCHITECTURE.read_text("utf-8"), blocks()), "utf-8")
    PERMISSIONS.write_text(permissions.as_markdown(permissions.make_app()), "utf-8")


def main() -> None:
    """Write the generated pages and the README's screenshots."""
    write_pages()
    with tempfile.TemporaryDirectory(prefix="emulation-shots-") as made:
        screenshots.take(Path(made) / "demo")


if __name__ == "__main__":
    main()
