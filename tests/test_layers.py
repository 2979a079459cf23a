"""Imports go one way: the table in tools/layers.py, over the syntax trees of every module."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.docs import ARCHITECTURE, blocks, with_blocks
from tools.layers import LAYERS, PACKAGE, breaches, idle, imports_of, layer_of


def test_every_module_imports_only_what_its_layer_may_know() -> None:
    assert breaches() == []


def test_table_of_layers_allows_no_library_that_nobody_uses() -> None:
    assert idle() == []


def test_every_layer_stands_in_the_table_and_only_they() -> None:
    assert {layer_of(path) for path in PACKAGE.rglob("*.py")} == set(LAYERS)


def test_layers_know_only_layers_above_them_in_the_table() -> None:
    order = list(LAYERS)
    upward = [
        (name, other)
        for name, layer in LAYERS.items()
        for other in layer.layers
        if order.index(other) >= order.index(name)
    ]
    assert upward == []


def test_imports_inside_functions_count(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f():\n    import flask.json\n    from emulation import models\n    import os\n", "utf-8")
    assert list(imports_of(module)) == [(2, "flask"), (3, "models")]


def test_domain_knows_neither_clock_nor_chance() -> None:
    asked = [
        f"{path.name}:{node.lineno}"
        for path in (PACKAGE / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in ("now", "utcnow", "today", "time", "random", "choice", "token_hex")
    ]
    assert asked == []


def test_services_never_commit() -> None:
    committed = [
        f"{path.name}:{node.lineno}"
        for path in (PACKAGE / "services").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "commit"
    ]
    assert committed == []


def test_pages_make_no_queries_of_their_own() -> None:
    """So their tests may run on SQLite only (tests/postgres.py). Put a query into a service, tested on both databases.

    The two that stand here, who is signed in and a decision, are asked in the sample that runs on PostgreSQL.
    """
    asking = {
        path.name
        for path in (PACKAGE / "web").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "sqlalchemy"
        and {"select", "text", "insert", "update", "delete"} & {name.name for name in node.names}
    }
    assert asking == {"awards.py", "session.py"}


def test_architecture_page_shows_the_table_of_layers() -> None:
    page = ARCHITECTURE.read_text("utf-8")
    assert with_blocks(page, blocks()) == page
