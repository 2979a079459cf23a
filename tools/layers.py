"""Which layer may know which layers and libraries: the table that tests/test_layers.py enforces and docs/ shows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "emulation"


@dataclass(frozen=True)
class Layer:
    """What the modules of a layer may import: other layers of ours, and libraries. Its own modules it always may."""

    layers: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


BELOW_MODELS = ("config", "words", "errors", "domain", "db")
BELOW_SERVICES = (*BELOW_MODELS, "models", "access", "documents")
WATCHED = ("smtplib",)  # of the standard library, and yet for one layer only
# from the bottom up; a layer is a module or a folder of emulation/
LAYERS = {
    "config": Layer(),
    "words": Layer(("config",)),
    "errors": Layer(("words",)),
    "domain": Layer(("words", "errors"), ("numpy", "pydantic", "yaml")),
    "documents": Layer(
        ("words", "errors", "domain"),
        (
            "docx",
            "fontTools",
            "jinja2",
            "markupsafe",
            "openpyxl",
            "pikepdf",
            "pydantic",
            "pydantic_core",
            "segno",
            "weasyprint",
            "yaml",
        ),
    ),
    "db": Layer(("words", "errors", "domain"), ("sqlalchemy",)),
    "schema": Layer(("config", "db"), ("alembic", "sqlalchemy")),
    "models": Layer(("words", "errors", "domain", "db"), ("sqlalchemy",)),
    "access": Layer(("domain", "models")),
    "services": Layer(BELOW_SERVICES, ("argon2", "clamav_client", "puremagic", "sqlalchemy")),
    "mail": Layer(("words",), ("smtplib",)),
    "jobs": Layer((*BELOW_SERVICES, "services", "mail"), ("sqlalchemy",)),
    "demo": Layer((*BELOW_SERVICES, "schema", "services"), ("argon2", "sqlalchemy", "yaml")),
    "web": Layer(
        (*BELOW_SERVICES, "services", "mail", "jobs", "demo"),
        ("flask", "flask_babel", "flask_wtf", "jinja2", "sqlalchemy", "werkzeug", "wtforms"),
    ),
    "cli": Layer((*BELOW_SERVICES, "schema", "services", "mail", "jobs", "demo", "web"), ("click", "sqlalchemy")),
    "__init__": Layer(("config", "web"), ("flask",)),
}


def layer_of(path: Path) -> str:
    """The layer that a module of emulation/ belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a module, also inside functions: line, and a layer of ours or the name of a library."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [f"emulation.{alias.name}" for alias in node.names] if module == "emulation" else [module]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "emulation":
                yield node.lineno, rest.partition(".")[0]
            elif top in WATCHED or top not in sys.stdlib_module_names:
                yield node.lineno, top


def breaches() -> list[str]:
    """Every import that the table does not allow, as "emulation/domain/x.py:7 imports flask"."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        own = layer_of(path)
        layer = LAYERS.get(own)
        allowed = {own, *layer.layers, *layer.libraries} if layer else set()
        found += [
            f"{path.relative_to(ROOT)}:{line} imports {name}" for line, name in imports_of(path) if name not in allowed
        ]
    return found


def idle() -> list[str]:
    """What the table allows and nobody imports, as "domain: flask": a table that says more than is true."""
    used: dict[str, set[str]] = {name: set() for name in LAYERS}
    for path in PACKAGE.rglob("*.py"):
        used.setdefault(layer_of(path), set()).update(name for _, name in imports_of(path))
    return [
        f"{name}: {library}"
        for name, layer in LAYERS.items()
        for library in layer.libraries
        if library not in used[name]
    ]


def as_markdown() -> str:
    """The table for docs/architecture.md."""
    lines = ["| layer | may import of ours | libraries |", "|---|---|---|"]
    for name, layer in LAYERS.items():
        ours, libraries = ", ".join(layer.layers) or "-", ", ".join(layer.libraries) or "-"
        lines.append(f"| `{name}` | {ours} | {libraries} |")
    return "\n".join(lines) + "\n"
